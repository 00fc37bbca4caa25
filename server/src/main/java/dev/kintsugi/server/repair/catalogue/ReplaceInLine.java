package dev.kintsugi.server.repair.catalogue;

import java.util.List;
import java.util.Map;

/**
 * Replaces the first match of a pattern in one line.
 *
 * @param file the file
 * @param line its number
 * @param find a regular expression; parts of the evidence in it stand for themselves
 * @param with the replacement, in which {@code $1} is the pattern's first group
 */
record ReplaceInLine(Template file, Template line, Template find, Template with)
        implements Operation.OnFiles {

    @Override
    public List<Template> templates() {
        return List.of(file, line, find, with);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        Places.at(file, line, found, draft)
                .ifPresent(place -> {
                    String old = place.text();
                    String now = ReplaceInFile.replace(old, find, with, found, false);
                    if (!now.equals(old)) {
                        place.replace(now);
                    }
                });
    }
}
