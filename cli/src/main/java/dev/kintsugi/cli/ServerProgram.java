package dev.kintsugi.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program that comes with the server, run in a process of its own on this terminal. */
final class ServerProgram {
    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "--sun-misc-unsafe-memory-access=allow");

    private ServerProgram() {}

    /**
     * Runs it to its end.
     *
     * @return its exit code
     */
    static int run(Shell shell, String main, List<String> args, Map<String, String> environment)
            throws IOException {
        return run(shell, shell.installation().serverJar(), main, args, environment);
    }

    /** As above, of another jar that the launcher script lays beside the server's. */
    static int run(
            Shell shell, Path jar, String main, List<String> args, Map<String, String> environment)
            throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "there is no %s at %s: start kintsugi by its launcher script"
                            .formatted(
                                    jar.equals(shell.installation().serverJar())
                                            ? "server"
                                            : "program",
                                    jar));
        }
        var command = new ArrayList<String>();
        command.add(shell.installation().java());
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of("-cp", jar.toString(), main));
        command.addAll(args);
        var builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(environment);
        var process = builder.start();
        // A signal to this process alone would leave it behind.
        var end = new Thread(process::destroy, "end the program");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            return process.waitFor();
        } catch (InterruptedException _) {
            process.destroy();
            Thread.currentThread().interrupt();
            return ExitCode.CANCELLED.code();
        }
    }
}
