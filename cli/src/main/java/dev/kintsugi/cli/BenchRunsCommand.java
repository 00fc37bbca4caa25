package dev.kintsugi.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures this build beside engines that users could pick instead. */
@Command(
        name = "runs",
        description = {
            "Measure runs per second beside DBOS Transact, db-scheduler and Temporal's test server",
            "on this machine, how long ready tasks wait while 1,000 run, and claims beside a million",
            "finished tasks. Takes about five minutes; wants nothing but a free disk."
        })
final class BenchRunsCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin BenchOptions options = new BenchOptions();

    @Option(names = "--quick", description = "See whether it works, in about a minute.")
    boolean quick;

    BenchRunsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        return options.measure(shell, "runs.BenchRuns", quick ? BenchOptions.QUICK : List.of());
    }
}
