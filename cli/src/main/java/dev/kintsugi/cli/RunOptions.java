package dev.kintsugi.cli;

import dev.kintsugi.client.api.KintsugiClient;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What every command takes that is about one run. */
final class RunOptions {
    @Mixin ServerOptions common = new ServerOptions();

    @Parameters(
            index = "0",
            paramLabel = "RUN",
            description = "Its id, a unique beginning of it, or `last`.")
    String run = "";

    /** What is done about the run. */
    @FunctionalInterface
    interface Action {
        ExitCode on(KintsugiClient client, String run);
    }

    boolean json() {
        return common.json;
    }

    /** Finds the server and the run, and returns the exit code of what is done about it. */
    int call(Shell shell, Action action) {
        try (var client = Connection.open(shell, common)) {
            return action.on(client, RunNames.resolve(client, run)).code();
        }
    }
}
