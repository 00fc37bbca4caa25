package dev.kintsugi.server.workspace.gate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Cases kept as text: {@code === name | expected | allow globs}, then the diff. {@code \}{@code
 * uXXXX} stands for a character, {@code \\} for a backslash, {@code \c} joins lines.
 */
public record Cases(String name, String expected, List<String> allow, String diff) {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-f]{4})|(\\\\)|c\\n?)");

    /** The cases of a file beside the tests. */
    public static List<Cases> read(String resource) {
        try (var in = Cases.class.getResourceAsStream(resource)) {
            var cases = new ArrayList<Cases>();
            for (String block : new String(in.readAllBytes(), UTF_8).split("(?m)^=== ")) {
                if (!block.isEmpty()) {
                    cases.add(one(block));
                }
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    private static Cases one(String block) {
        int end = block.indexOf('\n');
        String[] head = block.substring(0, end).split(" \\| ?", -1);
        List<String> allow = head[2].isEmpty() ? List.of() : List.of(head[2].split(","));
        return new Cases(head[0], plain(head[1]), allow, plain(block.substring(end + 1)));
    }

    private static String plain(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(found -> {
                    String c =
                            found.group(1) != null
                                    ? Character.toString(Integer.parseInt(found.group(1), 16))
                                    : found.group(2) != null ? "\\" : "";
                    return java.util.regex.Matcher.quoteReplacement(c);
                });
    }

    @Override
    public String toString() {
        return name;
    }
}
