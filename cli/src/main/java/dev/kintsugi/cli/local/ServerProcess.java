package dev.kintsugi.cli.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts the server's process, apart from the terminal of the one who starts it. */
final class ServerProcess {
    /** Exit code of a server that cannot start and says why in one sentence. */
    private static final int SAID_WHY = 5;

    /** Most of a failed start's output that is looked at. */
    private static final int MAX_OUTPUT_BYTES = 64 * 1024;

    /** Size from which a server's log is not added to any more. */
    private static final long MAX_LOG_BYTES = 10L * 1024 * 1024;

    /**
     * Ctrl-C goes to every process of a terminal's group, and the server must outlive it: it gets a
     * session of its own, or at least ignores what a terminal sends.
     */
    private static final String DETACH =
            """
            if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
            trap '' INT HUP TSTP; exec "$@"
            """;

    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:MaxRAMPercentage=25",
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private ServerProcess() {}

    static Process start(Installation installation, Home home, Wish wish, List<String> roots)
            throws IOException {
        var command = new ArrayList<>(List.of("/bin/sh", "-c", DETACH, "sh"));
        command.add(installation.java());
        command.addAll(JVM_OPTIONS);
        command.addAll(cacheOptions(installation, wish.trainTo()));
        command.addAll(List.of("-cp", installation.serverJar().toString()));
        command.add("dev.kintsugi.server.app.KintsugiServer");
        if (wish.ephemeral()) {
            command.add("--ephemeral");
        }
        command.add("--port=" + wish.port());
        command.add("--build=" + installation.build());
        keepLogSmall(home.serverLog());
        var builder = new ProcessBuilder(command);
        builder.redirectError(home.startLog().toFile())
                .redirectOutput(Redirect.appendTo(home.serverLog().toFile()));
        builder.redirectInput(Path.of("/dev/null").toFile()).directory(home.path().toFile());
        environment(builder.environment(), home, roots);
        return builder.start();
    }

    /** A server's standard output is its log; a start sets a long one aside, for one more start. */
    private static void keepLogSmall(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
            Files.move(
                    log, log.resolveSibling("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void environment(Map<String, String> env, Home home, List<String> roots) {
        env.put("KINTSUGI_HOME", home.path().toString());
        env.put("KINTSUGI_WORKSPACE_ROOTS", String.join(java.io.File.pathSeparator, roots));
        env.putIfAbsent("SPRING_PROFILES_ACTIVE", "local");
    }

    private static List<String> cacheOptions(Installation installation, @Nullable Path trainTo) {
        if (trainTo != null) {
            return List.of("-XX:AOTCacheOutput=" + trainTo);
        }
        var cache = installation.serverCache();
        return Files.isRegularFile(cache) ? List.of("-XX:AOTCache=" + cache) : List.of();
    }

    /** Why a server that ended did not start: its own sentence, when it said one. */
    static LocalServerException failure(Home home, int exitCode) {
        var lines = output(home).lines().filter(line -> !line.isBlank()).toList();
        if (exitCode == SAID_WHY && !lines.isEmpty()) {
            return new LocalServerException(lines.getLast().strip(), null);
        }
        var last = lines.isEmpty() ? "" : ": " + lines.getLast().strip();
        return new LocalServerException(
                "the server ended with code %d before it was ready%s%nsee %s and %s"
                        .formatted(exitCode, last, home.startLog(), home.serverLog()),
                null);
    }

    private static String output(Home home) {
        try (var in = Files.newInputStream(home.startLog())) {
            long size = Files.size(home.startLog());
            in.skipNBytes(Math.max(0, size - MAX_OUTPUT_BYTES));
            return new String(
                    in.readNBytes(MAX_OUTPUT_BYTES), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
