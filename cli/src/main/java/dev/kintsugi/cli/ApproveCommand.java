package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.KintsugiClient;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers a request for rollback and follows the run to its end. */
@Command(
        name = "approve",
        description = "Approve or deny a rollback, then follow the run to its end.")
final class ApproveCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "RUN", description = "Its id, a unique beginning of it, or `last`.")
    String run = "";

    @Option(names = "--deny", description = "Deny it: the run fails and nothing is undone.")
    boolean deny;

    @Option(
            names = "--hash",
            paramLabel = "HASH",
            description = "Of what is to be undone, as it was shown; asked for when not given.")
    @Nullable String hash;

    @Option(names = "--comment", paramLabel = "TEXT", description = "Kept with the answer.")
    @Nullable String comment;

    @Option(names = "--detach", description = "Do not follow the run afterwards.")
    boolean detach;

    ApproveCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (var client = Connection.open(shell, options)) {
            var id = RunNames.resolve(client, run);
            var seen = hash == null ? shown(client, id) : hash;
            client.answerRollback(id, seen, !deny, comment);
            if (detach) {
                return ExitCode.OK.code();
            }
            Terminal.countInterrupts(shell.interrupts());
            var manner = new Follower.Manner(options.json, null, null, false);
            return new Follower(shell, client, client.run(id), manner).follow().code();
        }
    }

    /** The hash of the request as it is now, which the user has just been shown and agreed to. */
    private String shown(KintsugiClient client, String id) {
        var view = client.run(id);
        var approval = view.approval();
        if (approval == null || view.status().isFinal()) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "run %s asks for no approval".formatted(id));
        }
        shell.warn(Text.safe(approval.reason()));
        approval.undo()
                .forEach(undo ->
                        shell.warn(
                                "  undo %s: %s".formatted(undo.step(), Text.safe(undo.command()))));
        if (!shell.asks()) {
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
