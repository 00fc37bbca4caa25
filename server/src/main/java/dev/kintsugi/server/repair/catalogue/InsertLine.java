package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts a line before another one, unless the file has it already.
 *
 * @param file the file
 * @param line the number of the line it goes before
 * @param text the new line; {@code ${interpreter}} is the program for the file's extension
 * @param unless a pattern that, where it is found in the file, says nothing is missing
 */
record InsertLine(Template file, Template line, Template text, Template unless)
        implements Operation.OnFiles {
    private static final Map<String, String> INTERPRETERS =
            Map.of(
                    "sh",
                    "/bin/sh",
                    "bash",
                    "/usr/bin/env bash",
                    "py",
                    "/usr/bin/env python3",
                    "js",
                    "/usr/bin/env node",
                    "pl",
                    "/usr/bin/env perl");

    /** Names that this operation fills in itself. */
    static final Set<String> OWN_NAMES = Set.of("interpreter");

    @Override
    public List<Template> templates() {
        return List.of(file, line, text, unless);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        Places.at(file, line, found, draft)
                .filter(place -> !unless.pattern(found).matcher(place.lines().toString()).find())
                .ifPresent(place -> insert(place, found));
    }

    private void insert(Places.Place place, Map<String, String> found) {
        var all = new TreeMap<>(found);
        String extension = place.path().substring(place.path().lastIndexOf('.') + 1);
        String interpreter = INTERPRETERS.get(extension);
        if (interpreter != null) {
            all.put("interpreter", interpreter);
        } else if (text.names().contains("interpreter")) {
            return;
        }
        place.insertBefore(text.fill(all));
    }
}
