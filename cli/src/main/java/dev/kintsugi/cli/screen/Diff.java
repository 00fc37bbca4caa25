package dev.kintsugi.cli.screen;

import java.util.ArrayList;
import java.util.List;

/** Colours a unified diff. */
public final class Diff {
    /** Most lines shown of one diff; the rest is counted. */
    static final int MAX_LINES = 60;

    private Diff() {}

    public static List<Line> of(String unified) {
        var lines = new ArrayList<Line>();
        var all = unified.lines().toList();
        all.stream()
                .limit(MAX_LINES)
                .forEach(line -> lines.add(Line.of("      ").and(style(line), line)));
        if (all.size() > MAX_LINES) {
            var more = Text.count(all.size() - MAX_LINES, "more line");
            lines.add(Line.of(Style.DIM, "      … " + more));
        }
        return lines;
    }

    private static Style style(String line) {
        if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("diff ")) {
            return Style.BOLD;
        }
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '+' -> Style.GREEN;
            case '-' -> Style.RED;
            case '@' -> Style.CYAN;
            default -> Style.DIM;
        };
    }
}
