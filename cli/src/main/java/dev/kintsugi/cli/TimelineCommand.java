package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Line;
import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.cli.screen.Style;
import dev.kintsugi.client.event.TimelineEntry;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tells all that happened to a run. */
@Command(name = "timeline", description = "Tell all that happened to a run so far.")
final class TimelineCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin RunOptions options = new RunOptions();

    TimelineCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(
                shell,
                (client, id) -> {
                    client.timeline(id).forEach(this::tell);
                    return ExitCode.OK;
                });
    }

    private void tell(TimelineEntry entry) {
        if (options.json()) {
            shell.sayJson(entry);
            return;
        }
        var lines = new ArrayList<>(Story.of(entry));
        if (!lines.isEmpty()) {
            var at = entry.at().truncatedTo(ChronoUnit.MILLIS);
            lines.addFirst(Line.of(Style.DIM, "%4d  %s".formatted(entry.seq(), at)));
            shell.display().printWhole(lines);
        }
    }
}
