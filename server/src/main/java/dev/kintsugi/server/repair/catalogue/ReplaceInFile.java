package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.client.plan.Glob;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;

/**
 * Replaces every match of a pattern in a file, or in all files that a glob names.
 *
 * @param file the file or glob
 * @param find a regular expression; parts of the evidence in it stand for themselves
 * @param with the replacement, in which {@code $1} is the pattern's first group
 */
record ReplaceInFile(Template file, Template find, Template with) implements Operation.OnFiles {
    /** Most files that one glob may change. */
    static final int MAX_FILES = 20;

    @Override
    public List<Template> templates() {
        return List.of(file, find, with);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        for (String path : files(found, draft)) {
            draft.text(path)
                    .ifPresent(text -> {
                        String now = replace(text, find, with, found, true);
                        if (!now.equals(text)) {
                            draft.write(path, now);
                        }
                    });
        }
    }

    private List<String> files(Map<String, String> found, Draft draft) {
        String name = file.fill(found);
        if (file.text().contains("*")) {
            var glob = new Glob(name);
            return draft.list().stream()
                    .filter(path -> glob.matches(path))
                    .limit(MAX_FILES)
                    .toList();
        }
        return draft.resolve(name).stream().toList();
    }

    static String replace(
            String text, Template find, Template with, Map<String, String> found, boolean all) {
        // a dollar sign of the evidence is no reference to a group
        var quoted = new TreeMap<String, String>();
        found.forEach((name, value) -> quoted.put(name, Matcher.quoteReplacement(value)));
        Matcher matcher = find.pattern(found).matcher(text);
        String replacement = with.fill(quoted);
        return all ? matcher.replaceAll(replacement) : matcher.replaceFirst(replacement);
    }
}
