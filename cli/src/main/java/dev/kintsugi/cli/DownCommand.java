package dev.kintsugi.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Stops this machine's server. */
@Command(
        name = "down",
        description =
                "Stop the server on this machine; unfinished runs go on when it starts again.")
final class DownCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin Options options = new Options();

    DownCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        boolean stopped = Connection.onlyLocal(shell, "down").stop();
        if (options.json) {
            shell.sayJson(Map.of("stopped", stopped));
        } else {
            shell.say(stopped ? "The server is down." : "No server was running.");
        }
        return ExitCode.OK.code();
    }
}
