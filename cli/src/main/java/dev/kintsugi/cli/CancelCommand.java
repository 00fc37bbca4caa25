package dev.kintsugi.cli;

import dev.kintsugi.client.json.Json;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Asks a run to stop. */
@Command(name = "cancel", description = "Stop a run and the steps it is doing.")
final class CancelCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "RUN", description = "Its id, a unique beginning of it, or `last`.")
    String run = "";

    CancelCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (var client = Connection.open(shell, options)) {
            var id = RunNames.resolve(client, run);
            client.cancel(id);
            shell.say(
                    options.json
                            ? Json.mapper().writeValueAsString(Map.of("cancelling", id))
                            : "cancelling "
                                    + id
                                    + ": `kintsugi status "
                                    + id
                                    + "` shows when it has stopped");
        }
        return ExitCode.OK.code();
    }
}
