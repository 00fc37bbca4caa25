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
    private static final int DEFAULT_PORT = 8787;
    private static final int MAX_PORT = 65_535;

    private final Shell shell;

    @Mixin Options options = new Options();

    @Option(names = "--port", paramLabel = "PORT", description = "Where it listens; default: 8787.")
    int port = DEFAULT_PORT;

    @Option(names = "--train-to", hidden = true, paramLabel = "FILE")
    @Nullable Path trainTo;

    UpCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (port < 0 || port > MAX_PORT) {
            throw new CommandException(
                    ExitCode.BAD_INPUT, "--port must be in [0, 65535], was " + port);
        }
        var wish = new Wish(false, port, shell.directory(), trainTo);
        var address = Connection.local(shell).need(wish);
        if (options.json) {
            var told = Map.of("server", address.uri().toString(), "started", address.started());
            shell.say(dev.kintsugi.client.json.Json.mapper().writeValueAsString(told));
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
