package dev.kintsugi.server.workspace.sandbox;

import dev.kintsugi.client.plan.Gate.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A KINTSUGI_HOME, a user's home and two checkouts in real folders, outside of {@code /tmp}, since
 * that is covered anyway.
 */
final class Playground implements AutoCloseable {
    private static final AtomicInteger NEXT = new AtomicInteger();

    final Path root;
    final Path userHome;
    final Path kintsugiHome;
    final Path attempts;
    final Path checkout;
    final Path sibling;

    Playground() throws IOException {
        root =
                Files.createTempDirectory(Path.of("target").toAbsolutePath(), "sandbox")
                        .toRealPath();
        userHome = Files.createDirectories(root.resolve("home"));
        kintsugiHome = Files.createDirectories(root.resolve("kintsugi"));
        attempts = Files.createDirectories(kintsugiHome.resolve("attempts"));
        checkout = Files.createDirectories(kintsugiHome.resolve("checkouts/a"));
        sibling = Files.createDirectories(kintsugiHome.resolve("checkouts/b"));
        Files.createDirectories(userHome.resolve(".ssh"));
        Files.writeString(userHome.resolve(".ssh/id_rsa"), "user's key");
        Files.writeString(kintsugiHome.resolve("api-key"), "server's key");
        Files.writeString(sibling.resolve("theirs"), "other step's file");
    }

    SandboxSettings settings() {
        var machine = SandboxSettings.of(System.getenv(), kintsugiHome, List.of());
        return new SandboxSettings(
                userHome, kintsugiHome, machine.path(), machine.readable(), "C.UTF-8", "UTC");
    }

    AttemptFolder folder() throws IOException {
        return AttemptFolder.create(attempts, "run:step:" + NEXT.incrementAndGet() + root);
    }

    SandboxCommand command(String line) throws IOException {
        return command(line, Network.FULL, Map.of());
    }

    SandboxCommand command(String line, Network network, Map<String, String> env)
            throws IOException {
        SortedMap<String, String> sorted = new TreeMap<>(env);
        return new SandboxCommand(
                SandboxCommand.shell(line),
                checkout,
                folder(),
                sorted,
                List.of(),
                List.of(),
                network);
    }

    /** Runs the line to its end and returns what it said. */
    String say(Sandbox sandbox, String line) throws IOException, InterruptedException {
        return say(sandbox, command(line));
    }

    String say(Sandbox sandbox, SandboxCommand command) throws IOException, InterruptedException {
        var process = sandbox.start(command);
        var said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    /** Processes of this machine that have the word among their arguments. */
    static List<Long> processesWith(String word) {
        return ProcFs.pids().stream().filter(pid -> mentions(pid, word)).toList();
    }

    private static boolean mentions(long pid, String word) {
        try {
            var path = Path.of("/proc/" + pid + "/cmdline");
            return Files.readString(path, StandardCharsets.ISO_8859_1).contains(word);
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            new AttemptFolder(root, "playground").delete();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
