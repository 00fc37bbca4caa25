package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.NewKey;
import dev.kintsugi.client.api.TenantKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, makes, rotates and ends the keys of the own tenant. */
final class KeysCommands {
    private static final int MAX_DAYS = 3650;
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})([smhd])");

    private KeysCommands() {}

    /** Lists the keys. */
    @Command(name = "list", description = "List your tenant's keys that are in use.")
    static final class Listing implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        Listing(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            try (var client = Connection.open(shell, options)) {
                for (var key : client.keys()) {
                    if (options.json) {
                        shell.sayJson(key);
                    } else {
                        shell.say(Text.safe(row(key)));
                    }
                }
            }
            return ExitCode.OK.code();
        }
    }

    /** Makes another key. */
    @Command(name = "create", description = "Make another key and print it, this once.")
    static final class Create implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(paramLabel = "LABEL", description = "Tells it from the others.")
        String label = "";

        @Option(
                names = "--scopes",
                split = ",",
                paramLabel = "SCOPE",
                description = "Of read, run, approve, work, admin; default: all but admin.")
        List<String> scopes = List.of();

        @Option(names = "--days", paramLabel = "N", description = "Good for; default: for ever.")
        int days;

        Create(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            var until = until(shell, days);
            try (var client = Connection.open(shell, options)) {
                tell(shell, options, client.createKey(label, scopes, until));
            }
            return ExitCode.OK.code();
        }
    }

    /** Makes a key that takes another's place. */
    @Command(
            name = "rotate",
            description = "Make a key in place of another and print it, this once.")
    static final class Rotate implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(paramLabel = "LABEL", description = "The label of the key to replace.")
        String label = "";

        @Option(
                names = "--overlap",
                paramLabel = "TIME",
                description =
                        "How long the old key is good yet, such as 30m, 24h or 7d; default: 24h.")
        String overlap = "24h";

        @Option(
                names = "--days",
                paramLabel = "N",
                description = "The new key is good for; default: as long as the old one was.")
        int days;

        Rotate(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            var yet = time(overlap);
            var until = until(shell, days);
            try (var client = Connection.open(shell, options)) {
                var rotated = client.rotateKey(label, yet, until);
                if (options.json) {
                    shell.sayJson(rotated);
                } else {
                    shell.say(
                            "key: %s%nIt is shown this once: keep it where secrets are kept. The old key ends at %s."
                                    .formatted(rotated.apiKey(), rotated.oldEndsAt()));
                }
            }
            return ExitCode.OK.code();
        }
    }

    /** Ends a key. */
    @Command(name = "revoke", description = "End a key, within 10 s.")
    static final class Revoke implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(paramLabel = "LABEL", description = "The key's label.")
        String label = "";

        Revoke(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            try (var client = Connection.open(shell, options)) {
                client.revokeKey(label);
            }
            return ExitCode.OK.code();
        }
    }

    static String row(TenantKey key) {
        var until = key.expiresAt() == null ? "for ever" : "until " + key.expiresAt();
        return "%s  %s  since %s  %s%s"
                .formatted(
                        key.label(),
                        String.join(",", key.scopes()),
                        key.createdAt(),
                        until,
                        key.replacedAt() == null ? "" : ", replaced");
    }

    static void tell(Shell shell, ServerOptions options, NewKey made) {
        if (options.json) {
            shell.sayJson(made);
        } else {
            shell.say(
                    "key: %s%nIt is shown this once: keep it where secrets are kept."
                            .formatted(made.apiKey()));
        }
    }

    /**
     * When so many days are over.
     *
     * @param days 0 for null, which is never
     */
    static @Nullable Instant until(Shell shell, int days) {
        if (days < 0 || days > MAX_DAYS) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--days must be in [1, 3650], was " + days);
        }
        return days == 0 ? null : shell.world().instant().plus(Duration.ofDays(days));
    }

    private static Duration time(String text) {
        var form = TIME.matcher(text);
        if (!form.matches()) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "--overlap must be a number with s, m, h or d, such as 24h, was " + text);
        }
        var number = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
