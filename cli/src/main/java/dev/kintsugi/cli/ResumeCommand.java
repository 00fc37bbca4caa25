package dev.kintsugi.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Goes on with a run and follows it to its end. */
@Command(
        name = "resume",
        description = "Go on with a run, after a crash or a wait, and follow it to its end.")
final class ResumeCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin FollowOptions follow = new FollowOptions();

    @Option(
            names = "--step",
            paramLabel = "STEP",
            description = "The step of which nobody knows whether it happened.")
    @Nullable String step;

    @Option(
            names = "--happened",
            negatable = true,
            description = "With --step: whether it did happen.")
    @Nullable Boolean happened;

    ResumeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if ((step == null) != (happened == null)) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--step and --happened (or --no-happened) belong together");
        }
        return follow.call(
                shell,
                (client, before) -> {
                    if (before.status().isFinal()) {
                        return; // its end is told all the same
                    }
                    if (step != null && happened != null) {
                        client.resume(before.run(), step, happened);
                    } else {
                        client.resume(before.run());
                    }
                });
    }
}
