package dev.kintsugi.cli;

import dev.kintsugi.client.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Administers tenants. */
@Command(name = "tenant", description = "Make a tenant.")
final class TenantCommand implements Runnable {
    @Spec CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: create");
    }

    /** Makes a tenant. */
    @Command(name = "create", description = "Make a tenant and print its key, this once.")
    static final class Create implements Callable<Integer> {
        private final Shell shell;

        @Mixin ServerOptions options = new ServerOptions();

        @Parameters(paramLabel = "NAME", description = "The tenant's name.")
        String name = "";

        Create(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            try (var client = Connection.open(shell, options)) {
                var made = client.createTenant(name);
                shell.say(
                        options.json
                                ? Json.mapper().writeValueAsString(made)
                                : "%s%nkey: %s%nIt is shown this once: keep it where secrets are kept."
                                        .formatted(made.tenant(), made.apiKey()));
            }
            return ExitCode.OK.code();
        }
    }
}
