package dev.kintsugi.cli;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.LogChunk;
import dev.kintsugi.client.run.RunView.StepView;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what a step wrote. */
@Command(name = "logs", description = "Print what a step wrote; -f follows it over its attempts.")
final class LogsCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(300);

    /** Everything that steers a terminal, except colours, tabs and line ends. */
    private static final Pattern STEERING =
            Pattern.compile(
                    "(\\x1b\\[[0-9;]*m)|\\x1b(?:\\[[0-?]*[ -/]*[@-~])?|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\x80-\\x9f]");

    private final Shell shell;

    @Mixin RunOptions options = new RunOptions();

    @Parameters(index = "1", paramLabel = "STEP", description = "The step's id.")
    String step = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the step has ended.")
    boolean follow;

    @Option(
            names = "--attempt",
            paramLabel = "N",
            description = "Which attempt, 1 for the first; default: the latest.")
    @Nullable Integer attempt;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "step",
            description = "step (default), recheck, undo or mend: what else was done about it.")
    String kind = "step";

    LogsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (follow && !kind.equals("step")) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--follow goes with --kind step alone, was " + kind);
        }
        if (attempt != null && attempt < 1) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--attempt must be 1 or more, was " + attempt);
        }
        return options.call(
                shell,
                (client, id) -> {
                    print(client, id);
                    return ExitCode.OK;
                });
    }

    private void print(KintsugiClient client, String id) {
        int current = attempt == null ? KintsugiClient.LATEST_ATTEMPT : attempt;
        long offset = 0;
        while (true) {
            var chunk = client.log(id, step, kind, current, offset);
            print(chunk);
            boolean more = chunk.next() > offset;
            offset = chunk.next();
            current = chunk.attempt();
            if (chunk.ended() && !more) {
                if (!follow || attempt != null || !hasNext(client, id, current)) {
                    return;
                }
                current++;
                offset = 0;
            } else if (!more) {
                if (!follow) {
                    return;
                }
                shell.world().pause(POLL);
            }
        }
    }

    /** Whether the step has a later attempt, waited for while there may be one. */
    private boolean hasNext(KintsugiClient client, String id, int current) {
        while (true) {
            var view = client.run(id);
            var now = view.steps().stream().filter(s -> s.step().equals(step)).findFirst();
            if (now.map(StepView::attempt).orElse(0) > current) {
                return true;
            }
            if (now.map(LogsCommand::hasEnded).orElse(true) || view.status().isFinal()) {
                return false;
            }
            shell.world().pause(POLL);
        }
    }

    private static boolean hasEnded(StepView step) {
        return switch (step.status()) {
            case SUCCEEDED, SKIPPED, UNDONE -> true;
            case PENDING, WAITING, QUEUED, RUNNING, REPAIRING, UNKNOWN, FAILED -> false;
        };
    }

    private void print(LogChunk chunk) {
        if (chunk.text().isEmpty()) {
            return;
        }
        if (options.json()) {
            shell.sayJson(chunk);
            return;
        }
        shell.console().out().print(shell.console().live() ? harmless(chunk.text()) : chunk.text());
        shell.console().out().flush();
    }

    /** The text without what could steer the terminal; colours stay where colours are shown. */
    private String harmless(String text) {
        var matcher = STEERING.matcher(text);
        return matcher.replaceAll(match -> {
            var colour = match.group(1);
            return colour == null || !shell.console().coloured()
                    ? ""
                    : Matcher.quoteReplacement(colour);
        });
    }
}
