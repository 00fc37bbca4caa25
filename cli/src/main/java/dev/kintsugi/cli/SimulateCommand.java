package dev.kintsugi.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Hands over to the simulation, which comes with the server. */
@Command(
        name = "simulate",
        description = "Run whole fleets under seeded faults; arguments are the simulation's own.")
final class SimulateCommand implements Callable<Integer> {
    private final Shell shell;

    @Unmatched List<String> args = new ArrayList<>();

    SimulateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        var jar = shell.installation().serverJar();
        if (!Files.isRegularFile(jar)) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "there is no server at %s: start kintsugi by its launcher script"
                            .formatted(jar));
        }
        var command =
                new ArrayList<>(
                        List.of(
                                shell.installation().java(),
                                "-XX:+UseSerialGC",
                                "-cp",
                                jar.toString(),
                                "dev.kintsugi.server.simulation.Simulate"));
        command.addAll(args);
        var process = new ProcessBuilder(command).inheritIO().start();
        try {
            return process.waitFor();
        } catch (InterruptedException _) {
            process.destroy();
            Thread.currentThread().interrupt();
            return ExitCode.CANCELLED.code();
        }
    }
}
