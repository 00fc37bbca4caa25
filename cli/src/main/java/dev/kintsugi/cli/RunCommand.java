package dev.kintsugi.cli;

import dev.kintsugi.cli.local.Wish;
import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.run.RunView;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Hands a plan in and follows it to its end. */
@Command(name = "run", description = "Run a plan, heal what breaks, and follow it to its end.")
final class RunCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "PLAN", description = "The plan, YAML or JSON.")
    String plan = "";

    @Option(names = "--dry-run", description = "Show steps, gate and limits; run nothing.")
    boolean dryRun;

    @Option(names = "--detach", description = "Print the run's id and leave it running.")
    boolean detach;

    @Option(
            names = "--ladder",
            paramLabel = "v3|v4",
            description = "Phases of repair: v3 retries, v4 also patches, re-plans, rolls back.")
    Ladder ladder = Ladder.V4;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "Give an input of the plan a value; may be repeated.")
    List<String> set = List.of();

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Key of the run, 1 to 200 characters: given twice, it is one run.")
    @Nullable String key;

    @Option(names = "--parent", paramLabel = "RUN", description = "The run that it belongs to.")
    @Nullable String parent;

    @ArgGroup @Nullable Decision decision;

    /** What was decided about rollbacks beforehand. */
    static final class Decision {
        @Option(names = "--approve", description = "Approve a rollback if it comes to that.")
        boolean approve;

        @Option(names = "--deny", description = "Deny a rollback if it comes to that.")
        boolean deny;
    }

    RunCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var given = Given.of(set);
        var file = PlanFile.read(shell, plan).given(given);
        var repository = file.repository();
        if (dryRun) {
            shell.say(options.json ? DryRun.json(file.plan()) : DryRun.of(file.plan()));
            return ExitCode.OK.code();
        }
        try (var client = Connection.open(shell, options, Wish.any(repository))) {
            Terminal.countInterrupts(shell.interrupts());
            var view =
                    client.submit(
                            Submission.of(file.text())
                                    .from(file.directory().toString())
                                    .onLadder(ladder)
                                    .given(given)
                                    .startedFrom(parent)
                                    .once(key == null ? shell.world().newKey() : key));
            if (detach) {
                shell.say(options.json ? ResultLine.of(view) : view.run());
                return ExitCode.OK.code();
            }
            int code = follow(client, view, repository);
            Training.afterUse(shell);
            return code;
        }
    }

    private int follow(KintsugiClient client, RunView view, @Nullable Path repository) {
        if (!options.json) {
            shell.say(
                    "%s  %s  (%s)"
                            .formatted(
                                    Text.safe(view.name()),
                                    view.run(),
                                    Story.lower(view.ladder())));
        }
        var manner = Follower.Manner.of(options.json);
        manner = decision == null ? manner : manner.decided(decision.approve);
        manner = repository == null ? manner : manner.in(repository.toString());
        return new Follower(shell, client, view, manner).follow().code();
    }
}
