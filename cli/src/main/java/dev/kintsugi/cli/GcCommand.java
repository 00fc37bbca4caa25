package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.SweptView;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has the server delete what is over now, one kind after the other. */
@Command(name = "gc", description = "Delete what was kept long enough, as servers do every hour.")
final class GcCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Option(names = "--dry-run", description = "Only say what would be deleted.")
    boolean dry;

    GcCommand(Shell shell) {
        this.shell = shell;
    }

    /** Of all kinds together. */
    private record Total(boolean dryRun, long count, long bytes) {}

    @Override
    public Integer call() {
        try (var client = Connection.open(shell, options)) {
            long count = 0;
            long bytes = 0;
            for (var kind : client.sweepable()) {
                var swept = sweep(client, kind);
                count += swept.count();
                bytes += swept.bytes();
                if (options.json) {
                    shell.sayJson(swept);
                } else {
                    shell.say(line(swept));
                }
            }
            if (options.json) {
                shell.sayJson(new Total(dry, count, bytes));
            } else {
                shell.say(
                        "%s %,d, %s in all"
                                .formatted(dry ? "would delete" : "deleted", count, size(bytes)));
            }
        }
        return ExitCode.OK.code();
    }

    /** The server answers after a while, whether it is done or not. */
    private SweptView sweep(KintsugiClient client, String kind) {
        var swept = client.sweep(kind, dry);
        if (!swept.done()) {
            shell.warn("sweeping %s …".formatted(Text.safe(kind)));
        }
        while (!swept.done()) {
            shell.world().pause(PAUSE);
            swept = client.sweep(kind, dry);
        }
        return swept;
    }

    private static String line(SweptView swept) {
        return "%-12s %,12d %12s"
                .formatted(Text.safe(swept.kind()), swept.count(), size(swept.bytes()));
    }

    private static String size(long bytes) {
        return bytes < 10 << 20
                ? "%,d KiB".formatted((bytes + 1023) >> 10)
                : "%,d MiB".formatted(bytes >> 20);
    }
}
