package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.AuditEntry;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells who changed what. */
@Command(
        name = "audit",
        description = "Tell who approved, denied, cancelled or changed what, newest first.")
final class AuditCommand implements Callable<Integer> {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Option(names = "--limit", paramLabel = "N", description = "Most entries listed; default: 100.")
    int limit = DEFAULT_LIMIT;

    AuditCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--limit must be in [1, 1000], was " + limit);
        }
        try (var client = Connection.open(shell, options)) {
            for (var entry : client.audit(limit)) {
                if (options.json) {
                    shell.sayJson(entry);
                } else {
                    shell.say(
                            "%s  %s  %s"
                                    .formatted(
                                            entry.at().truncatedTo(ChronoUnit.SECONDS),
                                            Text.pad(Text.safe(entry.key()), 16),
                                            Text.safe(entry.action() + detail(entry))));
                }
            }
        }
        return ExitCode.OK.code();
    }

    private static String detail(AuditEntry entry) {
        return entry.detail() == null ? "" : "  " + entry.detail();
    }
}
