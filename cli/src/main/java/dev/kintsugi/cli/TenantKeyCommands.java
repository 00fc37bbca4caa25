package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
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
                        shell.say(Text.safe(KeysCommands.row(key)));
                    }
                }
            }
            return ExitCode.OK.code();
        }
    }

    /** Makes another key. */
    @Command(name = "create-key", description = "Make another key and print it, this once.")
    static final class CreateKey implements Callable<Integer> {
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
                description = "Of read, run, approve, work, admin; default: all but admin.")
        List<String> scopes = List.of();

        @Option(names = "--days", paramLabel = "N", description = "Good for; default: for ever.")
        int days;

        CreateKey(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            var until = KeysCommands.until(shell, days);
            try (var client = Connection.open(shell, options)) {
                var made = client.createKey(tenant, label, scopes, until);
                KeysCommands.tell(shell, options, made);
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
