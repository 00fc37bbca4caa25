package dev.kintsugi.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures this build's calls beside libraries that users could pick instead. */
@Command(
        name = "calls",
        description = {
            "Measure calls through retry, breaker, bulkhead, fallback and timeout beside Resilience4j",
            "and Failsafe on this machine: calls that go well, that are rejected, that fail. Takes",
            "about 14 minutes, and says meanwhile how many are left."
        })
final class BenchCallsCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin BenchOptions options = new BenchOptions();

    @Option(names = "--quick", description = "See whether it works, in about a minute.")
    boolean quick;

    BenchCallsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        return options.measure(shell, "calls.BenchCalls", quick ? BenchOptions.QUICK : List.of());
    }
}
