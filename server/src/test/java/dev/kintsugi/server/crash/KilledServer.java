package dev.kintsugi.server.crash;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.platform.Home;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server in a process of its own on a home of its own, to be killed and started again. */
final class KilledServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);

    private final Path home;
    private final Path roots;
    private Process process;
    private KintsugiClient client;

    /**
     * @param roots folder below which plans may name repositories
     */
    KilledServer(Path home, Path roots) throws IOException {
        this.home = home;
        this.roots = roots;
        this.process = start();
        this.client = connect();
    }

    private Process start() throws IOException {
        var announcement = home.resolve("server.json");
        Files.deleteIfExists(announcement);
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder =
                new ProcessBuilder(
                        List.of(
                                java,
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.kintsugi.server.app.KintsugiServer",
                                "--port=0"));
        builder.environment().put("KINTSUGI_HOME", home.toString());
        builder.environment().put("KINTSUGI_WORKSPACE_ROOTS", roots.toString());
        builder.environment().put("SPRING_PROFILES_ACTIVE", "local");
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("test.log").toFile()));
        var started = builder.start();
        Awaitility.await()
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    if (!started.isAlive()) {
                        throw new IllegalStateException(
                                "the server did not start: "
                                        + Files.readString(home.resolve("test.log")));
                    }
                    return Files.exists(announcement);
                });
        return started;
    }

    /** Talks to the server as it is now. */
    KintsugiClient client() {
        return client;
    }

    private KintsugiClient connect() throws IOException {
        var server =
                Json.mapper()
                        .readValue(
                                Files.readString(home.resolve("server.json")), Home.Server.class);
        return KintsugiClient.of(
                URI.create("http://127.0.0.1:" + server.port()),
                Files.readString(home.resolve("api-key")).strip());
    }

    /** As SIGKILL does it. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    /** As SIGTERM does it, to the end of the process. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server did not stop within 60 s");
        }
    }

    /** As SIGKILL does it to the database server, whose processes end soon after. */
    void killDatabase() throws IOException {
        var file = home.resolve("pg/18/postmaster.pid");
        var pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
        var database = ProcessHandle.of(pid).orElseThrow();
        database.destroyForcibly();
        database.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    void startAgain() throws IOException {
        client.close();
        process = start();
        client = connect();
    }

    @Override
    public void close() {
        client.close();
        process.destroy();
        process.onExit().join();
    }
}
