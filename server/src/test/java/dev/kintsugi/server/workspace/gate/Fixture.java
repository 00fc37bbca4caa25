package dev.kintsugi.server.workspace.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.server.workspace.gate.SourceTree.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The tree, step and policy that the gate's cases are judged with. */
public final class Fixture {
    static final String APP = "class App {\n    int one = 1;\n    int two = 2;\n}\n";
    static final String BIG =
            IntStream.rangeClosed(1, 40)
                    .mapToObj(i -> "line " + i + "\n")
                    .collect(Collectors.joining());

    /** Looks like nothing. */
    static final String KNOWN_SECRET = "plum tree\nin bloom";

    private Fixture() {}

    /** The files before a patch. */
    public static MemoryTree tree() {
        return MemoryTree.of(
                        Map.ofEntries(
                                Map.entry("src/App.java", APP),
                                Map.entry("src/Big.txt", BIG),
                                Map.entry("src/win.txt", "one\r\ntwo\r\n"),
                                Map.entry("src/unended.txt", "one\ntwo"),
                                Map.entry("src/empty.txt", ""),
                                Map.entry("src/test/AppTest.java", "class AppTest {}\n"),
                                Map.entry("build.sh", "#!/bin/sh\nmake\n"),
                                Map.entry("other.sh", "#!/bin/sh\nmake\n"),
                                Map.entry("run.sh", "#!/bin/sh\nmake\n"),
                                Map.entry(".env", "A=1\n"),
                                Map.entry(".gitignore", "target\n"),
                                Map.entry(".github/workflows/ci.yml", "on: push\n")))
                .with("src/latin.txt", "caf\u00e9\n".getBytes(ISO_8859_1))
                .with("src/image.png", new byte[] {1, 0, 2})
                .with("run.sh", Kind.EXECUTABLE)
                .with("src/link", Kind.SYMLINK)
                .with("src/linked", Kind.SYMLINK)
                .with("src/module", Kind.GITLINK);
    }

    /** The step that failed. */
    public static Step step(Map<String, String> env) {
        return new Step(
                "build",
                new Work.Exec("cd . && ./build.sh --fast"),
                Step.QueueClass.CPU,
                Step.Priority.NORMAL,
                List.of(),
                Duration.ofMinutes(5),
                new TreeMap<>(env),
                null,
                Step.Effects.IDEMPOTENT,
                List.of(),
                null,
                List.of(),
                null);
    }

    /** The plan's gate: at most 3 files and 40 lines, no tests. */
    public static dev.kintsugi.client.plan.Gate gate(List<String> allow) {
        return new dev.kintsugi.client.plan.Gate(allow, false, 3, 40, Network.FULL);
    }

    static GatePolicy policy(String... allow) {
        return new GatePolicy(
                gate(List.of(allow)),
                List.of("**"),
                step(Map.of("JAVA_TOOL_OPTIONS", "-Dx=y -Xmx256m", "PORT", "8080")),
                8L << 30,
                Redactor.of(List.of(KNOWN_SECRET)));
    }
}
