package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Line;
import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.cli.screen.Style;
import dev.kintsugi.client.json.Json;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Tells all that happened to a run. */
@Command(name = "timeline", description = "Tell all that happened to a run so far.")
final class TimelineCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "RUN", description = "Its id, a unique beginning of it, or `last`.")
    String run = "";

    TimelineCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var display = shell.display();
        try (var client = Connection.open(shell, options)) {
            for (var entry : client.timeline(RunNames.resolve(client, run))) {
                if (options.json) {
                    shell.say(Json.mapper().writeValueAsString(entry));
                    continue;
                }
                var at = entry.at().truncatedTo(ChronoUnit.MILLIS).toString();
                var lines = Story.of(entry);
                if (!lines.isEmpty()) {
                    var head = "%4d  %s".formatted(entry.seq(), at);
                    display.printWhole(java.util.List.of(Line.of(Style.DIM, head)));
                    display.printWhole(lines);
                }
            }
        }
        return ExitCode.OK.code();
    }
}
