package dev.kintsugi.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures this build's calls beside libraries that users could pick instead. */
@Command(
        name = "calls",
        description = {
            "Measure calls through retry, breaker, bulkhead, fallback and timeout beside Resilience4j",
            "and Failsafe on this machine: calls that go well, that are rejected, that fail. Takes",
            "about ten minutes."
        })
final class BenchCallsCommand implements Callable<Integer> {
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

    BenchCallsCommand(Shell shell) {
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
                "dev.kintsugi.benchmarks.calls.BenchCalls",
                args,
                Map.of());
    }
}
