package dev.kintsugi.cli;

import dev.kintsugi.client.run.RunView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers a request for rollback and follows the run to its end. */
@Command(
        name = "approve",
        description = "Approve or deny a rollback, then follow the run to its end.")
final class ApproveCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin FollowOptions follow = new FollowOptions();

    @Option(names = "--deny", description = "Deny it: the run fails and nothing is undone.")
    boolean deny;

    @Option(
            names = "--hash",
            paramLabel = "HASH",
            description = "Of what is to be undone, as it was shown; asked for when not given.")
    @Nullable String hash;

    @Option(names = "--comment", paramLabel = "TEXT", description = "Kept with the answer.")
    @Nullable String comment;

    ApproveCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return follow.call(
                shell,
                (client, before) -> {
                    var seen = hash == null ? shown(before) : hash;
                    client.answerRollback(before.run(), seen, !deny, comment);
                });
    }

    /** The hash of the request as it is now, which the user has just been shown and agreed to. */
    private String shown(RunView view) {
        var approval = view.approval();
        if (approval == null || view.status().isFinal()) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "run %s asks for no approval".formatted(view.run()));
        }
        Answers.show(shell, approval);
        if (!shell.console().asks()) {
            throw new CommandException(
                    ExitCode.WAITING,
                    "nobody can be asked here: say which request you mean with --hash "
                            + approval.hash());
        }
        var answer = new Prompt(shell).ask(deny ? "Deny this? [y/n] " : "Undo this? [y/n] ");
        if (answer == null || !answer.startsWith("y")) {
            throw new CommandException(ExitCode.WAITING, "nothing was answered; the run waits on");
        }
        return approval.hash();
    }
}
