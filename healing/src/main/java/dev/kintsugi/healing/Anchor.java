package dev.kintsugi.healing;

import java.util.regex.Pattern;

/**
 * The longest literal text that every match of a regular expression must contain. Looking for it
 * first spares almost all searches: hundreds of rules over 64 KiB take milliseconds.
 */
final class Anchor {

    private Anchor() {}

    /** The anchor, empty when none can be told safely. */
    static String of(Pattern pattern) {
        String regex = pattern.pattern();
        if (regex.contains("(?i)") || hasTopLevelChoice(regex)) {
            return "";
        }
        String best = "";
        var run = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            String literal = depth == 0 ? literalAt(regex, i) : "";
            boolean optional = quantified(regex, i + literal.length());
            if (!literal.isEmpty() && !optional) {
                run.append(literal.charAt(literal.length() - 1));
            } else {
                best = longer(best, run);
                run.setLength(0);
            }
            if (c == '\\') {
                i++;
            } else if (c == '[') {
                i = endOfClass(regex, i);
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            }
        }
        return longer(best, run);
    }

    private static String longer(String best, StringBuilder run) {
        return run.length() > best.length() ? run.toString() : best;
    }

    private static boolean hasTopLevelChoice(String regex) {
        int depth = 0;
        for (int i = 0; i < regex.length(); i++) {
            switch (regex.charAt(i)) {
                case '\\' -> i++;
                case '[' -> i = endOfClass(regex, i);
                case '(' -> depth++;
                case ')' -> depth--;
                case '|' -> {
                    if (depth == 0) {
                        return true;
                    }
                }
                default -> {}
            }
        }
        return false;
    }

    /** The one-character literal written at i (with its backslash, if any), or nothing. */
    private static String literalAt(String regex, int i) {
        char c = regex.charAt(i);
        if (c == '\\') {
            boolean escape =
                    i + 1 < regex.length() && !Character.isLetterOrDigit(regex.charAt(i + 1));
            return escape ? regex.substring(i, i + 2) : "";
        }
        return "[](){}.*+?^$|".indexOf(c) < 0 ? String.valueOf(c) : "";
    }

    /** Whether what ends before i is repeated or optional, so that it may be missing. */
    private static boolean quantified(String regex, int i) {
        return i < regex.length() && "*+?{".indexOf(regex.charAt(i)) >= 0;
    }

    private static int endOfClass(String regex, int open) {
        int i = open + 1;
        if (i < regex.length() && regex.charAt(i) == '^') {
            i++;
        }
        for (; i < regex.length(); i++) {
            if (regex.charAt(i) == '\\') {
                i++;
            } else if (regex.charAt(i) == ']') {
                return i;
            }
        }
        return regex.length();
    }
}
