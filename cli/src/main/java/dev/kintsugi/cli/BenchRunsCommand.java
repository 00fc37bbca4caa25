package dev.kintsugi.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(names = "--quick", description = "See whether it works, in about a minute.")
    boolean quick;

    @Option(names = "--json", description = "End with one line of JSON.")
    boolean json;

    BenchRunsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        var args = new ArrayList<String>();
        if (quick) {
            args.add("--quick");
        }
        if (json) {
            args.add("--json");
        }
        return ServerProgram.run(
                shell,
                shell.installation().benchJar(),
                "dev.kintsugi.benchmarks.runs.BenchRuns",
                args,
                Map.of());
    }
}
