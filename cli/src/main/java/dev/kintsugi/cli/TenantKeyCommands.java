package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.TenantKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, makes and revokes the keys of a tenant. */
final class TenantKeyCommands {
    private TenantKeyCommands() {}

    /** Lists a tenant's keys. */
    @Command(name = "keys", description = "List the tenant's keys that are in use.")
    static final class Keys implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(paramLabel = "TENANT", description = "The tenant's name.")
        String tenant = "";

        Keys(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            try (var client = Connection.open(shell, options)) {
                for (var key : client.keys(tenant)) {
                    if (options.json) {
                        shell.sayJson(key);
                    } else {
                        shell.say(Text.safe(row(key)));
                    }
                }
            }
            return ExitCode.OK.code();
        }

        private static String row(TenantKey key) {
            var until = key.expiresAt() == null ? "for ever" : "until " + key.expiresAt();
            return "%s  %s  since %s  %s"
                    .formatted(key.label(), String.join(",", key.scopes()), key.createdAt(), until);
        }
    }

    /** Makes another key. */
    @Command(name = "create-key", description = "Make another key and print it, this once.")
    static final class CreateKey implements Callable<Integer> {
        private static final int MAX_DAYS = 3650;

        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(index = "0", paramLabel = "TENANT", description = "The tenant's name.")
        String tenant = "";

        @Parameters(index = "1", paramLabel = "LABEL", description = "Tells it from the others.")
        String label = "";

        @Option(
                names = "--scopes",
                split = ",",
                paramLabel = "SCOPE",
                description = "Of read, write, approve, work; default: all four.")
        List<String> scopes = List.of();

        @Option(names = "--days", paramLabel = "N", description = "Good for; default: for ever.")
        int days;

        CreateKey(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            if (days < 0 || days > MAX_DAYS) {
                throw new CommandException(
                        ExitCode.BAD_INPUT, "--days must be in [1, 3650], was " + days);
            }
            var until = days == 0 ? null : shell.world().instant().plus(Duration.ofDays(days));
            try (var client = Connection.open(shell, options)) {
                var made = client.createKey(tenant, label, scopes, until);
                if (options.json) {
                    shell.sayJson(made);
                } else {
                    shell.say(
                            "key: %s%nIt is shown this once: keep it where secrets are kept."
                                    .formatted(made.apiKey()));
                }
            }
            return ExitCode.OK.code();
        }
    }

    /** Revokes a key. */
    @Command(name = "revoke-key", description = "End a key of the tenant, within 10 s.")
    static final class RevokeKey implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(index = "0", paramLabel = "TENANT", description = "The tenant's name.")
        String tenant = "";

        @Parameters(index = "1", paramLabel = "LABEL", description = "The key's label.")
        String label = "";

        RevokeKey(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            try (var client = Connection.open(shell, options)) {
                client.revokeKey(tenant, label);
            }
            return ExitCode.OK.code();
        }
    }
}
