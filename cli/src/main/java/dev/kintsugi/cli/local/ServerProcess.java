package dev.kintsugi.cli.local;

import static java.util.regex.Pattern.CASE_INSENSITIVE;
import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Starts the server's process, apart from the terminal of the one who starts it. */
final class ServerProcess {
    /** Exit code of a server that cannot start and says why in one sentence. */
    private static final int SAID_WHY = 5;

    /** Most of a failed start's output that is looked at. */
    private static final int MAX_OUTPUT_BYTES = 64 * 1024;

    /** Variables that steer any Spring program. */
    private static final Pattern FOREIGN =
            Pattern.compile("(SPRING|SERVER|LOGGING|MANAGEMENT|SPRINGDOC)_", CASE_INSENSITIVE);

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
                    "--sun-misc-unsafe-memory-access=allow", // the library of conditions uses it
                    "--sun-misc-unsafe-memory-access=allow");

    private ServerProcess() {}

    /**
     * Starts it and returns at once.
     *
     * @param roots the only folders below which it accepts repositories; empty when it reads those
     *     noted in the home
     */
    static Process start(Installation installation, Home home, Wish wish, List<Path> roots)
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
        command.add("--port=" + wish.startPort());
        command.add("--build=" + installation.build());
        command.add("--logging.file.name=" + home.serverLog());
        command.add("--logging.threshold.console=off");
        var builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true).redirectOutput(home.startLog().toFile());
        builder.redirectInput(Path.of("/dev/null").toFile()).directory(home.path().toFile());
        environment(builder.environment(), home, roots);
        return builder.start();
    }

    /** What other Spring programs read in the same shell is not meant for this one. */
    private static void environment(Map<String, String> env, Home home, List<Path> roots) {
        env.keySet().removeIf(name -> FOREIGN.matcher(name).lookingAt());
        env.put("KINTSUGI_HOME", home.path().toString());
        env.put("SPRING_PROFILES_ACTIVE", env.getOrDefault("KINTSUGI_PROFILE", "local"));
        if (roots.isEmpty()) {
            env.remove("KINTSUGI_WORKSPACE_ROOTS");
        } else {
            env.put(
                    "KINTSUGI_WORKSPACE_ROOTS",
                    roots.stream().map(Path::toString).collect(joining(File.pathSeparator)));
        }
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
