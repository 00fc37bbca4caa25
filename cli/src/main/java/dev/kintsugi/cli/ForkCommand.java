package dev.kintsugi.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Does an ended run anew from a step on, perhaps with other inputs. */
@Command(
        name = "fork",
        description = "Do an ended run anew from a step on, perhaps with other inputs.")
final class ForkCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ForkOptions options = new ForkOptions();

    @Option(
            names = "--from",
            required = true,
            paramLabel = "STEP",
            description = "The first step that is done anew.")
    String from = "";

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "Give an input another value; may be repeated.")
    List<String> set = List.of();

    ForkCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(shell, from, Given.of(set));
    }
}
