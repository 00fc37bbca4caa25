package dev.kintsugi.server.workspace.gate;

import java.util.regex.Pattern;

/**
 * A path pattern: {@code *} is anything within a name, {@code ?} one character, {@code **} any
 * number of folders, {@code {a,b}} a choice. A pattern is matched against the whole path.
 */
public final class Glob {
    /** Longest pattern, so that matching one path stays cheap. */
    public static final int MAX_LENGTH = 200;

    private final String text;
    private final Pattern pattern;

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException when it is empty, too long or has an open brace
     */
    public Glob(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "glob must have 1 to %d characters, was \"%s\"".formatted(MAX_LENGTH, text));
        }
        this.text = text;
        this.pattern = Pattern.compile(regex(text), Pattern.DOTALL);
    }

    /** The pattern at any depth. */
    static Glob anywhere(String text) {
        return new Glob("**/" + text);
    }

    /** Whether the whole path is one of those meant. */
    public boolean matches(String path) {
        return pattern.matcher(path).matches();
    }

    /** Whether the pattern spells this name out, in any case, as a folder or as the file. */
    boolean names(String name) {
        for (String part : text.split("/", -1)) {
            if (part.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private static String regex(String glob) {
        var regex = new StringBuilder();
        int braces = 0;
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            switch (c) {
                case '*' -> {
                    int run = i;
                    while (run < glob.length() && glob.charAt(run) == '*') {
                        run++;
                    }
                    boolean wholeName = i == 0 || glob.charAt(i - 1) == '/';
                    if (run - i == 1) {
                        regex.append("[^/]*");
                    } else if (wholeName && run < glob.length() && glob.charAt(run) == '/') {
                        regex.append("(?:.*/)?");
                        run++;
                    } else {
                        regex.append(".*");
                    }
                    i = run - 1;
                }
                case '?' -> regex.append("[^/]");
                case '{' -> {
                    braces++;
                    regex.append("(?:");
                }
                case '}' -> {
                    regex.append(braces > 0 ? ")" : "\\}");
                    braces = Math.max(0, braces - 1);
                }
                case ',' -> regex.append(braces > 0 ? "|" : ",");
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        if (braces > 0) {
            throw new IllegalArgumentException("glob has an open brace: \"" + glob + "\"");
        }
        return regex.toString();
    }
}
