package dev.kintsugi.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes a tenant. */
@Command(name = "create", description = "Make a tenant and print its key, this once.")
final class TenantCreateCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "NAME", description = "The tenant's name.")
    String name = "";

    TenantCreateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (var client = Connection.open(shell, options)) {
            var made = client.createTenant(name);
            if (options.json) {
                shell.sayJson(made);
            } else {
                shell.say(
                        "%s%nkey: %s%nIt is shown this once: keep it where secrets are kept."
                                .formatted(made.tenant(), made.apiKey()));
            }
        }
        return ExitCode.OK.code();
    }
}
