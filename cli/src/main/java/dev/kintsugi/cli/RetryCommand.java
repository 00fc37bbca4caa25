package dev.kintsugi.cli;

import java.util.Collections;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Does again what a run did not get done. */
@Command(name = "retry", description = "Do again what an ended run did not get done, as a new run.")
final class RetryCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ForkOptions options = new ForkOptions();

    @Option(
            names = "--from",
            paramLabel = "STEP",
            description = "Also this step and what follows it, whether done or not.")
    @Nullable String from;

    RetryCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(shell, from, Collections.emptySortedMap());
    }
}
