package dev.kintsugi.server.repair.catalogue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Does what rustc shows under {@code help:}, where every changed line still is as it was shown.
 *
 * @param file the file
 * @param shown the lines under {@code help:} that show the change
 */
record RustSuggestion(Template file, Template shown) implements Operation.OnFiles {
    private static final Pattern LINE = Pattern.compile("\\s*(\\d+)? ?([|+-])(?: (.*))?");

    @Override
    public List<Template> templates() {
        return List.of(file, shown);
    }

    @Override
    public void apply(Map<String, String> found, Draft draft) {
        Optional<String> path = draft.resolve(file.fill(found));
        Optional<String> text = path.flatMap(draft::text);
        if (path.isEmpty() || text.isEmpty()) {
            return;
        }
        var lines = new Lines(text.get());
        List<Change> changes = changes(shown.fill(found).lines().toList());
        if (!changes.isEmpty() && changes.stream().allMatch(change -> change.fits(lines))) {
            Collections.reverse(changes);
            changes.forEach(change -> change.apply(lines));
            draft.write(path.get(), lines.toString());
        }
    }

    /** Changes in the order of lines; none when a part is not understood. */
    private static List<Change> changes(List<String> shown) {
        var changes = new ArrayList<Change>();
        for (int i = 0; i < shown.size(); i++) {
            Matcher line = LINE.matcher(shown.get(i));
            if (!line.matches()) {
                return List.of();
            }
            if (line.group(1) == null) {
                continue;
            }
            int number = Integer.parseInt(line.group(1));
            String text = line.group(3) == null ? "" : line.group(3);
            String next = i + 1 < shown.size() ? shown.get(i + 1) : "";
            switch (line.group(2)) {
                case "+" -> changes.add(new Change(number, Kind.INSERT, "", text));
                case "-" -> {
                    Matcher plus = LINE.matcher(next);
                    boolean pair = plus.matches() && "+".equals(plus.group(2));
                    String now = pair && plus.group(3) != null ? plus.group(3) : "";
                    changes.add(new Change(number, pair ? Kind.REPLACE : Kind.DELETE, text, now));
                    i += pair ? 1 : 0;
                }
                default -> changes.add(new Change(number, Kind.REPLACE, before(text, next), text));
            }
        }
        return changes;
    }

    /** The line without the characters that are marked by {@code +} below it. */
    private static String before(String text, String marks) {
        int bar = marks.indexOf('|');
        var before = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            int at = bar + 2 + i;
            if (at >= marks.length() || marks.charAt(at) != '+') {
                before.append(text.charAt(i));
            }
        }
        return before.toString();
    }

    private enum Kind {
        INSERT,
        REPLACE,
        DELETE
    }

    private record Change(int line, Kind kind, String before, String after) {
        boolean fits(Lines lines) {
            return switch (kind) {
                case INSERT ->
                        line >= 1
                                && line <= lines.count() + 1
                                && !(lines.has(line) && lines.get(line).equals(after));
                case REPLACE, DELETE ->
                        lines.has(line)
                                && dense(lines.get(line)).equals(dense(before))
                                && !lines.get(line).equals(after);
            };
        }

        /** Spaces that come with marked characters are not marked themselves. */
        private static String dense(String text) {
            return text.replace(" ", "");
        }

        void apply(Lines lines) {
            switch (kind) {
                case INSERT -> lines.insert(line, after);
                case REPLACE -> lines.set(line, after);
                case DELETE -> lines.delete(line);
            }
        }
    }
}
