package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.RunPage;
import dev.kintsugi.client.api.RunQuery;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import java.time.Duration;
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

    @Option(names = "--stuck", description = "Only those that make no progress, and why.")
    boolean stuck;

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
        if (stuck && status != null) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "give one of --stuck and --status, not both");
        }
        try (var client = Connection.open(shell, options)) {
            if (stuck) {
                client.stuck().stream().limit(limit).forEach(this::print);
                return ExitCode.OK.code();
            }
            int shown = 0;
            String next = null;
            do {
                var query = RunQuery.newest(Math.min(limit - shown, RunPage.MAX_LIMIT));
                query = status == null ? query : query.only(status);
                var page = client.runs(next == null ? query : query.from(next));
                page.runs().forEach(this::print);
                shown += page.runs().size();
                next = page.runs().isEmpty() ? null : page.next();
            } while (next != null && shown < limit);
            if (shown == 0 && !options.json) {
                shell.say("no runs");
            }
        }
        return ExitCode.OK.code();
    }

    private void print(RunView run) {
        if (options.json) {
            shell.sayJson(run);
        } else {
            shell.say(row(run));
        }
    }

    private String row(RunView run) {
        var age = Duration.between(run.createdAt(), shell.world().instant()).toMillis();
        return "%s  %s  %s  %s ago  %s"
                .formatted(
                        run.run(),
                        Text.pad(Story.lower(run.status()), 12),
                        Text.pad(Text.count(run.attempts(), "repair attempt"), 18),
                        Text.pad(Text.time(age), 10),
                        Text.safe(run.name() + (run.stuck() == null ? "" : "  " + run.stuck())));
    }
}
