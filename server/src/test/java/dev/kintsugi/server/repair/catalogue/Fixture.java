package dev.kintsugi.server.repair.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.server.workspace.gate.MemoryTree;
import dev.kintsugi.server.workspace.gate.SourceTree.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A broken tree and what a real tool said about it. Files hold header lines, then sections {@code
 * === file PATH}, {@code === exec PATH} and {@code === evidence}; {@code {{uXXXX}}} is a character
 * that editors might change, {@code {{end}}} a missing last line end. What was not recorded from
 * the tool itself, because it was not at hand, has the tool {@code -}. Where a command mends,
 * {@code runs} is the call of a program that it has to come to.
 */
record Fixture(
        String name,
        String entry,
        String tool,
        String command,
        String runs,
        Map<String, String> env,
        MemoryTree tree,
        String evidence) {
    private static final Pattern ESCAPE =
            Pattern.compile("\\{\\{(?:u([0-9a-f]{4})|end}}\\n)(?:}})?");

    static List<Fixture> all() {
        try {
            Path folder =
                    Path.of(
                                    Fixture.class
                                            .getResource("/catalogue/java-missing-semicolon.txt")
                                            .toURI())
                            .getParent();
            try (var files = Files.list(folder)) {
                return files.filter(f -> f.toString().endsWith(".txt"))
                        .sorted()
                        .map(Fixture::read)
                        .toList();
            }
        } catch (IOException | java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Fixture read(Path file) {
        String text;
        try {
            text = Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String[] sections = text.split("(?m)^=== ", -1);
        var head = new HashMap<String, String>();
        var env = new HashMap<String, String>();
        for (String line : sections[0].split("\n", -1)) {
            String[] pair = line.split(": ", 2);
            if (pair[0].equals("env")) {
                String[] variable = pair[1].split("=", 2);
                env.put(variable[0], variable[1]);
            } else if (pair.length == 2) {
                head.put(pair[0], pair[1]);
            }
        }
        var tree = MemoryTree.of(Map.of());
        String evidence = "";
        for (int i = 1; i < sections.length; i++) {
            int end = sections[i].indexOf('\n');
            String[] title = sections[i].substring(0, end).split(" ", 2);
            String content = plain(sections[i].substring(end + 1));
            if (title[0].equals("evidence")) {
                evidence = content;
            } else {
                tree.with(title[1], content.getBytes(UTF_8));
            }
            if (title[0].equals("exec")) {
                tree.with(title[1], Kind.EXECUTABLE);
            }
        }
        String name = file.getFileName().toString().replace(".txt", "");
        return new Fixture(
                name,
                head.getOrDefault("entry", ""),
                head.getOrDefault("tool", "-"),
                head.getOrDefault("command", ""),
                head.getOrDefault("runs", ""),
                env,
                tree,
                evidence);
    }

    private static String plain(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(found ->
                        found.group(1) == null
                                ? ""
                                : Matcher.quoteReplacement(
                                        Character.toString(Integer.parseInt(found.group(1), 16))));
    }

    @Override
    public String toString() {
        return name;
    }
}
