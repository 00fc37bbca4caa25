package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks a run's log against tampering. */
@Command(
        name = "verify",
        description = "Check that a run's log is what was written, event by event.")
final class VerifyCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin RunOptions options = new RunOptions();

    VerifyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(
                shell,
                (client, id) -> {
                    var verified = client.verify(id);
                    if (options.json()) {
                        shell.sayJson(verified);
                    } else if (verified.problem() == null) {
                        shell.say(
                                "%s: %s as written"
                                        .formatted(
                                                id, Text.count((int) verified.events(), "event")));
                    } else {
                        shell.say("%s: %s".formatted(id, Text.safe(verified.problem())));
                    }
                    return verified.problem() == null ? ExitCode.OK : ExitCode.FAILED;
                });
    }
}
