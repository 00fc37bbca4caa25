package dev.kintsugi.cli;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.LogChunk;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView.StepView;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
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

    @Mixin ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "RUN", description = "Its id, a unique beginning of it, or `last`.")
    String run = "";

    @Parameters(paramLabel = "STEP", description = "The step's id.")
    String step = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the step has ended.")
    boolean follow;

    @Option(
            names = "--attempt",
            paramLabel = "N",
            description = "Which attempt, 1 for the first; default: the latest.")
    int attempt;

    LogsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (attempt < 0) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--attempt must be 1 or more, was " + attempt);
        }
        try (var client = Connection.open(shell, options)) {
            print(client, RunNames.resolve(client, run));
        }
        return ExitCode.OK.code();
    }

    private void print(KintsugiClient client, String id) {
        int current = attempt;
        long offset = 0;
        while (true) {
            var chunk = client.log(id, step, current, offset);
            print(chunk);
            boolean more = chunk.next() > offset;
            offset = chunk.next();
            current = chunk.attempt();
            if (chunk.ended() && !more) {
                int next = nextAttempt(client, id, current);
                if (!follow || attempt != 0 || next <= current) {
                    return;
                }
                current = next;
                offset = 0;
            } else if (!more) {
                if (!follow) {
                    return;
                }
                shell.time().pause(POLL);
            }
        }
    }

    /** The step's later attempt, waited for while there may be one; the same when there is none. */
    private int nextAttempt(KintsugiClient client, String id, int current) {
        while (follow && attempt == 0) {
            var view = client.run(id);
            var now = view.steps().stream().filter(s -> s.step().equals(step)).findFirst();
            int latest = now.map(StepView::attempt).orElse(0);
            if (latest > current) {
                return latest;
            }
            boolean over = now.map(s -> hasEnded(s)).orElse(true);
            if (over || view.status().isFinal()) {
                return current;
            }
            shell.time().pause(POLL);
        }
        return current;
    }

    private static boolean hasEnded(StepView step) {
        return switch (step.status()) {
            case SUCCEEDED, SKIPPED, UNDONE -> true;
            case PENDING, QUEUED, RUNNING, REPAIRING, UNKNOWN, FAILED -> false;
        };
    }

    private void print(LogChunk chunk) {
        if (chunk.text().isEmpty()) {
            return;
        }
        if (options.json) {
            shell.say(Json.mapper().writeValueAsString(chunk));
            return;
        }
        shell.out().print(shell.live() ? harmless(chunk.text()) : chunk.text());
        shell.out().flush();
    }

    /** The text without what could steer the terminal; colours stay where colours are shown. */
    private String harmless(String text) {
        var matcher = STEERING.matcher(text);
        return matcher.replaceAll(match -> {
            var colour = match.group(1);
            return colour == null || !shell.coloured()
                    ? ""
                    : java.util.regex.Matcher.quoteReplacement(colour);
        });
    }
}
