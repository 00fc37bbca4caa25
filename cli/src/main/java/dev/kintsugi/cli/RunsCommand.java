package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.RunPage;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists runs. */
@Command(name = "runs", description = "List runs, newest first.")
final class RunsCommand implements Callable<Integer> {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 10_000;

    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "Only those: ${COMPLETION-CANDIDATES}.")
    @Nullable RunStatus status;

    @Option(names = "--limit", paramLabel = "N", description = "Most runs listed; default: 20.")
    int limit = DEFAULT_LIMIT;

    RunsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--limit must be in [1, 10000], was " + limit);
        }
        try (var client = Connection.open(shell, options)) {
            int left = limit;
            String after = null;
            do {
                var page = client.runs(status, Math.min(left, RunPage.MAX_LIMIT), after);
                print(page.runs());
                left -= page.runs().size();
                after = page.runs().isEmpty() ? null : page.next();
            } while (after != null && left > 0);
            if (left == limit && !options.json) {
                shell.say("no runs");
            }
        }
        return ExitCode.OK.code();
    }

    private void print(List<RunView> runs) {
        for (var run : runs) {
            shell.say(options.json ? Json.mapper().writeValueAsString(run) : row(run));
        }
    }

    private String row(RunView run) {
        var age = Duration.between(run.createdAt(), shell.time().instant()).toMillis();
        return "%s  %s  %s  %s ago  %s"
                .formatted(
                        run.run(),
                        Text.pad(run.status().name().toLowerCase(Locale.ROOT), 12),
                        Text.pad(Text.count(run.attempts(), "repair"), 10),
                        Text.pad(Text.time(age), 10),
                        Text.safe(run.name()));
    }
}
