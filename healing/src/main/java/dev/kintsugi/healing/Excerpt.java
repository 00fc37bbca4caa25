package dev.kintsugi.healing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The part of a text that is searched: its last {@value #MAX_CHARS} characters as lines of at most
 * {@value #MAX_LINE} characters, without colours and other terminal control.
 */
final class Excerpt {

    static final int MAX_CHARS = 65_536;
    static final int MAX_LINE = 1_000;

    /** How far behind its first line a rule's further lines are looked for. */
    static final int NEXT_LINES = 12;

    private static final Pattern CONTROL =
            Pattern.compile("\u001B(?:\\[[0-9;?]{0,32}[ -/]?[@-~]|[()][A-Z0-9]|[=>])");
    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");

    private Excerpt() {}

    static List<String> of(String text) {
        String end = text.length() <= MAX_CHARS ? text : text.substring(text.length() - MAX_CHARS);
        if (end.length() <= MAX_LINE && isOneLine(end)) {
            return List.of(end);
        }
        var lines = new ArrayList<String>();
        for (String line : LINE_END.split(CONTROL.matcher(end).replaceAll(""), -1)) {
            lines.add(line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE));
        }
        return lines;
    }

    private static boolean isOneLine(String text) {
        return text.indexOf('\u001B') < 0 && text.indexOf('\n') < 0 && text.indexOf('\r') < 0;
    }
}
