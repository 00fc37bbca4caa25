package dev.kintsugi.healing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Words of which every match of a regular expression contains at least one, in lower case: text
 * without any of them need not be searched. One for each alternative, the longest that is surely
 * there.
 */
final class Literals {

    /** Shorter words are of no use. */
    static final int SHORTEST = 3;

    private final String regex;
    private int at;

    private Literals(String regex) {
        this.regex = regex;
    }

    /** The words; empty when none can be told safely. */
    static List<String> of(Pattern pattern) {
        // With comments or literal mode the text would have to be read differently.
        boolean plain = (pattern.flags() & (Pattern.COMMENTS | Pattern.LITERAL)) == 0;
        return plain ? new Literals(pattern.pattern()).choice() : List.of();
    }

    /** Reads alternatives up to the end or the closing parenthesis. */
    private List<String> choice() {
        var all = new ArrayList<String>();
        boolean sure = true;
        while (true) {
            List<String> words = sequence();
            sure &= !words.isEmpty();
            all.addAll(words);
            if (at >= regex.length() || regex.charAt(at) == ')') {
                return sure ? all : List.of();
            }
            at++; // the bar between two alternatives
        }
    }

    /** Reads what stands one behind the other; the best of its parts. */
    private List<String> sequence() {
        List<String> best = List.of();
        var run = new StringBuilder();
        while (at < regex.length() && "|)".indexOf(regex.charAt(at)) < 0) {
            if (regex.charAt(at) == '(') {
                best = better(best, run);
                List<String> group = group();
                best = maybeMissing() ? best : better(best, group);
                repetition();
                continue;
            }
            int before = at;
            char literal = atom();
            boolean surely = literal != 0 && !maybeMissing();
            boolean repeated = repetition();
            if (surely) {
                run.append(literal);
            }
            if (repeated || !surely && !isAnchor(before)) {
                best = better(best, run);
            }
        }
        return better(best, run);
    }

    private boolean isAnchor(int i) {
        return "^$".indexOf(regex.charAt(i)) >= 0;
    }

    /** Reads a group; what is only looked at ahead or behind tells no word. */
    private List<String> group() {
        at++;
        boolean looks = false;
        if (regex.startsWith("?", at)) {
            looks = regex.startsWith("?=", at) || regex.startsWith("?!", at);
            looks |= regex.startsWith("?<=", at) || regex.startsWith("?<!", at);
            int colon = regex.indexOf(':', at);
            int close = regex.indexOf(')', at);
            int name = regex.indexOf('>', at);
            if (looks) {
                at += regex.startsWith("?<", at) ? 3 : 2;
            } else if (regex.startsWith("?<", at) || regex.startsWith("?>", at)) {
                at = name + 1;
            } else if (colon >= 0 && colon < close) {
                at = colon + 1;
            } else {
                at = close; // flags for what follows, such as (?i)
            }
        }
        List<String> words = choice();
        at++; // the closing parenthesis
        return looks ? List.of() : words;
    }

    /** Reads one character or class; the character if it stands for itself, else 0. */
    private char atom() {
        char c = regex.charAt(at++);
        if (c == '[') {
            skipClass();
            return 0;
        }
        if (c == '\\') {
            char escaped = regex.charAt(at++);
            if (escaped == 'Q' || escaped == 'x' || escaped == 'u' || escaped == 'p') {
                at = regex.length(); // read no further: what follows is not plain
                return 0;
            }
            return Character.isLetterOrDigit(escaped) ? 0 : lower(escaped);
        }
        return ".^$".indexOf(c) >= 0 ? 0 : lower(c);
    }

    private void skipClass() {
        if (regex.startsWith("^", at)) {
            at++;
        }
        for (; regex.charAt(at) != ']'; at++) {
            if (regex.charAt(at) == '\\') {
                at++;
            }
        }
        at++;
    }

    private boolean maybeMissing() {
        return regex.startsWith("?", at) || regex.startsWith("*", at) || regex.startsWith("{", at);
    }

    /** Skips a repetition; whether there was one. */
    private boolean repetition() {
        int before = at;
        if (regex.startsWith("{", at)) {
            at = regex.indexOf('}', at) + 1;
        } else if (maybeMissing() || regex.startsWith("+", at)) {
            at++;
        }
        if (at > before && (regex.startsWith("?", at) || regex.startsWith("+", at))) {
            at++; // reluctant or possessive
        }
        return at > before;
    }

    private static List<String> better(List<String> best, StringBuilder run) {
        List<String> word = run.length() < SHORTEST ? List.of() : List.of(run.toString());
        run.setLength(0);
        return better(best, word);
    }

    private static List<String> better(List<String> one, List<String> other) {
        return shortest(other) > shortest(one) ? other : one;
    }

    private static int shortest(List<String> words) {
        return words.stream().mapToInt(String::length).min().orElse(0);
    }

    private static char lower(char c) {
        return String.valueOf(c).toLowerCase(Locale.ROOT).charAt(0);
    }
}
