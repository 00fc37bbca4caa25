package dev.kintsugi.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        return ServerProgram.run(shell, "dev.kintsugi.server.simulation.Simulate", args, Map.of());
    }
}
