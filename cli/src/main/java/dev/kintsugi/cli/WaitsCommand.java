package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.WaitsView;
import dev.kintsugi.client.event.RunEvent.Obstacle;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tells which steps wait for locks and other runs, and who holds what. */
@Command(
        name = "waits",
        description = "Tell which steps wait for locks and other runs, and who holds what.")
final class WaitsCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    WaitsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (var client = Connection.open(shell, options)) {
            var waits = client.waits();
            if (options.json) {
                shell.sayJson(waits);
            } else {
                waits.holds().forEach(held -> shell.say(row(held)));
                waits.waits().forEach(waiting -> shell.say(row(waiting)));
                if (waits.waits().isEmpty() && waits.holds().isEmpty()) {
                    shell.say("no step waits for a lock or another run, and no lock is held");
                }
            }
        }
        return ExitCode.OK.code();
    }

    private String row(WaitsView.Held held) {
        return "held     lock %s  by step %s of run %s  %s of %s%s  since %s"
                .formatted(
                        Text.safe(held.lock()),
                        Text.safe(held.step()),
                        Text.safe(held.run()),
                        held.permits(),
                        held.limit(),
                        held.keep() ? ", kept until the run ends" : "",
                        ago(held.since()));
    }

    private String row(WaitsView.Waiting waiting) {
        return "waiting  step %s of run %s  for %s  since %s"
                .formatted(
                        Text.safe(waiting.step()),
                        Text.safe(waiting.run()),
                        waiting.on().isEmpty()
                                ? "its turn"
                                : waiting.on().stream()
                                        .map(WaitsCommand::told)
                                        .collect(Collectors.joining(" and ")),
                        ago(waiting.since()));
    }

    private static String told(Obstacle on) {
        var runs = Text.safe(String.join(", ", on.runs()));
        return on.lock() == null
                ? "run " + runs
                : "lock %s, which run %s has or gets first".formatted(Text.safe(on.lock()), runs);
    }

    private String ago(Instant since) {
        var millis = Duration.between(since, shell.world().instant()).toMillis();
        return Text.time(Math.max(0, millis)) + " ago";
    }
}
