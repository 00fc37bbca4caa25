package dev.kintsugi.cli;

import dev.kintsugi.cli.local.Wish;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts a server that stays. */
@Command(name = "up", description = "Start a server on this machine that stays until `down`.")
final class UpCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_535;

    private final Shell shell;

    @Mixin Options options = new Options();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where it listens, 0 for any free port; default: where it is, else 8787.")
    @Nullable Integer port;

    @Option(names = "--train-to", hidden = true, paramLabel = "FILE")
    @Nullable Path trainTo;

    UpCommand(Shell shell) {
        this.shell = shell;
    }

    /** Where it is started it accepts repositories, unless the user says where. */
    private @Nullable Path repository() {
        boolean said = !shell.env().getOrDefault("KINTSUGI_WORKSPACE_ROOTS", "").isBlank();
        return said ? null : shell.directory();
    }

    @Override
    public Integer call() {
        if (port != null && (port < 0 || port > MAX_PORT)) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--port must be in [0, 65535], was " + port);
        }
        var wish = new Wish(false, port, repository(), trainTo);
        var address = Connection.onlyLocal(shell, "up").need(wish);
        if (options.json) {
            shell.sayJson(Map.of("server", address.uri().toString(), "started", address.started()));
            return ExitCode.OK.code();
        }
        shell.say(
                """
                %s at %s
                  key   %s
                  log   %s
                  stop  kintsugi down\
                """
                        .formatted(
                                address.started() ? "The server is up" : "The server was up",
                                address.uri(),
                                shell.home().apiKey(),
                                shell.home().serverLog()));
        return ExitCode.OK.code();
    }
}
