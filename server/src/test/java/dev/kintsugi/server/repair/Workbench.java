package dev.kintsugi.server.repair;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.repair.ScratchRun.Changed;
import dev.kintsugi.server.repair.ScratchRun.Nothing;
import dev.kintsugi.server.workspace.gate.MemoryTree;
import dev.kintsugi.server.workspace.gate.SourceTree.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Runs real tools on a tree in a folder of its own. Not a sandbox: for tests alone. */
public final class Workbench implements ScratchRun {
    private static final int PATIENCE_SECONDS = 120;
    private static final Map<String, Boolean> HAS = new ConcurrentHashMap<>();

    private final MemoryTree tree;
    private final Map<String, String> env;

    public Workbench(MemoryTree tree, Map<String, String> env) {
        this.tree = tree;
        this.env = env;
    }

    /** Whether a tool is on this machine and runs; a shim that finds nothing behind it is none. */
    public static boolean has(String tool) {
        return !tool.equals("-") && HAS.computeIfAbsent(tool, Workbench::runs);
    }

    private static boolean runs(String tool) {
        // a shell of POSIX need not know --version
        String command = tool.equals("sh") ? "true" : tool + " --version";
        return new Workbench(MemoryTree.of(Map.of()), Map.of()).run(command).exitCode() == 0;
    }

    public record Outcome(int exitCode, String output) {}

    /** Runs a line of {@code sh} on the tree. */
    public Outcome run(String command) {
        return inFolder(folder -> start(folder, command));
    }

    @Override
    public ScratchRun.Outcome run(Task task, String command) {
        return inFolder(folder -> {
            start(
                    folder,
                    "git init -q . && git add -Af . && git -c user.name=x -c user.email=x@y commit -qm x");
            var ended = start(folder, command);
            if (ended.exitCode() != 0) {
                return new Nothing("it failed: " + ended.output().strip());
            }
            String diff =
                    start(
                                    folder,
                                    "git add -A . && git -c core.quotepath=false diff --cached --no-renames --full-index --no-color")
                            .output();
            return diff.isEmpty() ? new Nothing("it changed nothing") : new Changed(diff);
        });
    }

    private <T> T inFolder(Work<T> work) {
        try {
            Path folder = Files.createTempDirectory("workbench").toRealPath();
            try {
                for (String path : tree.list()) {
                    Path file = folder.resolve(path);
                    Files.createDirectories(file.getParent());
                    Files.write(file, tree.read(path).orElseThrow());
                    file.toFile().setExecutable(tree.kind(path) == Kind.EXECUTABLE);
                }
                return work.in(folder);
            } finally {
                start(Path.of("/"), "rm -rf '" + folder + "'");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Outcome start(Path folder, String command) throws IOException {
        var builder = new ProcessBuilder(List.of("sh", "-c", command));
        builder.directory(folder.toFile()).redirectErrorStream(true);
        var clean = builder.environment();
        String path = System.getenv("PATH");
        String home = System.getenv("HOME");
        clean.clear();
        clean.putAll(Map.of("PATH", path, "HOME", home == null ? "/" : home, "LANG", "C.UTF-8"));
        clean.putAll(env);
        Path log = Files.createTempFile("workbench", ".log");
        try {
            Process process = builder.redirectOutput(log.toFile()).start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("took too long: " + command);
            }
            return new Outcome(process.exitValue(), new String(Files.readAllBytes(log), UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            Files.delete(log);
        }
    }

    private interface Work<T> {
        T in(Path folder) throws IOException;
    }
}
