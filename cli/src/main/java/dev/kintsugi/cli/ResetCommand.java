package dev.kintsugi.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes what makes no progress from its worker. */
@Command(
        name = "reset",
        description = "Take tasks from workers that make no progress, to be done anew.")
final class ResetCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin RunOptions options = new RunOptions();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STEP",
            description = "The step; default: all that is under way.")
    @Nullable String step;

    ResetCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(
                shell,
                (client, id) -> {
                    var view = client.reset(id, step);
                    shell.say(
                            options.json()
                                    ? ResultLine.of(view)
                                    : "%s goes on: `kintsugi status %1$s` shows where"
                                            .formatted(view.run()));
                    return ExitCode.OK;
                });
    }
}
