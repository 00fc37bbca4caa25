package dev.kintsugi.server.platform.postgres;

import com.sun.security.auth.module.UnixSystem;
import dev.kintsugi.server.platform.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the programs of PostgreSQL, which refuse to work for root. For root they run as nobody: in a
 * user namespace, or, in containers that forbid these, by {@code setpriv} with the right to pass
 * through root's folders.
 *
 * @param folder holds {@code bin}
 * @param prefix what goes before the program; empty for ordinary users
 */
record Programs(Path folder, List<String> prefix) {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final List<String> NAMESPACE = List.of("unshare", "--user");
    private static final List<String> NOBODY =
            List.of(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    "--inh-caps=+dac_override",
                    "--ambient-caps=+dac_override");

    static Programs in(Path folder) throws IOException {
        if (new UnixSystem().getUid() != 0) {
            return new Programs(folder, List.of());
        }
        for (List<String> prefix : List.of(NAMESPACE, NOBODY)) {
            if (works(prefix)) {
                return new Programs(folder, prefix);
            }
        }
        throw new StartFailure(
                "PostgreSQL does not run as root, and neither unshare nor setpriv can leave it here: start Kintsugi as an ordinary user, or set KINTSUGI_DB_URL.");
    }

    /** Gives the data folder to the user that PostgreSQL runs as. */
    void own(Path data) throws IOException {
        if (new UnixSystem().getUid() == 0) {
            run(
                    List.of(
                            "chown",
                            "-R",
                            prefix.equals(NOBODY) ? "65534:65534" : "0:0",
                            data.toString()));
        }
    }

    /** Runs to the end. @throws StartFailure with what it said when it fails */
    void run(String program, String... arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(folder.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private static void run(List<String> command) throws IOException {
        Path output = Files.createTempFile("kintsugi-postgres", ".log");
        try {
            int exit = exitCode(command, output);
            if (exit != 0) {
                throw new StartFailure(
                        "The embedded PostgreSQL failed (%s, exit code %d): %s"
                                .formatted(
                                        String.join(" ", command),
                                        exit,
                                        Files.readString(output).strip()));
            }
        } finally {
            Files.delete(output);
        }
    }

    private static boolean works(List<String> prefix) {
        var command = new ArrayList<>(prefix);
        command.add("true");
        try {
            return exitCode(command, Path.of("/dev/null")) == 0;
        } catch (IOException _) {
            return false; // no such program
        }
    }

    private static int exitCode(List<String> command, Path output) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(Path.of("/dev/null").toFile()).redirectOutput(output.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            if (process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            throw new StartFailure(
                    "%s did not end within %d s".formatted(command, LIMIT.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted while waiting for " + command, e);
        } finally {
            process.destroyForcibly();
        }
    }
}
