package dev.kintsugi.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Goes on with a run and follows it to its end. */
@Command(
        name = "resume",
        description = "Go on with a run, after a crash or a wait, and follow it to its end.")
final class ResumeCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "RUN", description = "Its id, a unique beginning of it, or `last`.")
    String run = "";

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

    @Option(names = "--detach", description = "Do not follow the run afterwards.")
    boolean detach;

    ResumeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if ((step == null) != (happened == null)) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--step and --happened (or --no-happened) belong together");
        }
        try (var client = Connection.open(shell, options)) {
            var id = RunNames.resolve(client, run);
            if (!client.run(id).status().isFinal()) {
                if (step != null && happened != null) {
                    client.resume(id, step, happened);
                } else {
                    client.resume(id);
                }
            }
            if (detach) {
                return ExitCode.OK.code();
            }
            Terminal.countInterrupts(shell.interrupts());
            var manner = new Follower.Manner(options.json, null, null, options.json);
            return new Follower(shell, client, client.run(id), manner).follow().code();
        }
    }
}
