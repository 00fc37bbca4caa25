package dev.kintsugi.benchmarks.crash;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.healing.time.TimeAndChance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One server with its database and several workers, each a process of its own, that are killed and
 * started again. The server does no steps itself.
 */
final class Fleet implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final long END_SECONDS = 20;
    private static final List<String> JVM =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m",
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final Path folder;
    private final Path home;
    private final int port;
    private final KintsugiClient client;
    private final Map<String, Process> workers = new TreeMap<>();
    private Process server;

    /**
     * @param folder for homes and logs
     * @param workers their names
     */
    Fleet(Path folder, List<String> workers) throws IOException, InterruptedException {
        this.folder = folder;
        home = Files.createDirectories(folder.resolve("server"));
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        server = startServer();
        client = KintsugiClient.of(address(), key());
        for (var worker : workers) {
            this.workers.put(worker, startWorker(worker));
        }
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    private String key() throws IOException {
        return Files.readString(home.resolve("api-key")).strip();
    }

    KintsugiClient client() {
        return client;
    }

    private Process startServer() throws IOException, InterruptedException {
        var announcement = home.resolve("server.json");
        Files.deleteIfExists(announcement);
        var started =
                start(
                        "server",
                        Map.of(
                                "KINTSUGI_HOME", home.toString(),
                                "KINTSUGI_LOCAL_STEPS", "false",
                                "SPRING_PROFILES_ACTIVE", "local"),
                        "dev.kintsugi.server.app.KintsugiServer",
                        "--port=" + port);
        await(started, "server", () -> Files.exists(announcement));
        return started;
    }

    private Process startWorker(String name) throws IOException, InterruptedException {
        var own = Files.createDirectories(folder.resolve(name));
        var started =
                start(
                        name,
                        Map.of("KINTSUGI_HOME", own.toString(), "KINTSUGI_API_KEY", key()),
                        "dev.kintsugi.server.app.RemoteWorker",
                        "--server=" + address(),
                        "--id=" + name,
                        "--capacity=8");
        await(started, name, () -> isSeen(name));
        return started;
    }

    private boolean isSeen(String worker) {
        try {
            return client.workers().stream().anyMatch(seen -> seen.worker().equals(worker));
        } catch (ApiException e) {
            return false;
        }
    }

    private Process start(String name, Map<String, String> environment, String... program)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(program));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("KINTSUGI_"));
        builder.environment().putAll(environment);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        return builder.start();
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Something that is waited for. */
    interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Process process, String name, Condition condition)
            throws IOException, InterruptedException {
        for (var left = LONGEST_START; !condition.holds(); left = left.minus(LOOK)) {
            if (!process.isAlive() || left.isNegative()) {
                throw new IOException(
                        "%s did not start:%n%s".formatted(name, Files.readString(log(name))));
            }
            TimeAndChance.real().pause().take(LOOK);
        }
    }

    void addWorker(String name) throws IOException, InterruptedException {
        workers.put(name, startWorker(name));
    }

    /** As SIGKILL does it, and then a start. */
    void killWorker(String name) throws IOException, InterruptedException {
        end(requireNonNull(workers.get(name)));
        workers.put(name, startWorker(name));
    }

    /**
     * As SIGKILL does it, and then a start.
     *
     * @param databaseToo whether PostgreSQL is killed, too
     */
    void killServer(boolean databaseToo) throws IOException, InterruptedException {
        end(server);
        if (databaseToo) {
            var file = home.resolve("pg/18/postmaster.pid");
            var pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
            var database = ProcessHandle.of(pid).orElseThrow();
            database.destroyForcibly();
            database.onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
        }
        server = startServer();
    }

    private static void end(Process process) throws InterruptedException, IOException {
        process.destroyForcibly();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("process %d cannot be killed".formatted(process.pid()));
        }
    }

    /** The worker's process, to be frozen. */
    long pid(String worker) {
        return requireNonNull(workers.get(worker)).pid();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        client.close();
        for (var worker : workers.values()) {
            end(worker);
        }
        server.destroy(); // takes its database along
        if (!server.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            end(server);
        }
    }
}
