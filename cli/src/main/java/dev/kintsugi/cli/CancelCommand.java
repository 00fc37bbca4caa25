package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.client.run.RunView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Asks a run to stop. */
@Command(name = "cancel", description = "Stop a run and the steps it is doing.")
final class CancelCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin RunOptions options = new RunOptions();

    @Option(names = "--children", description = "Also runs that were started from it.")
    boolean children;

    CancelCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(
                shell,
                (client, id) -> {
                    var view = children ? client.cancelWithChildren(id) : client.cancel(id);
                    shell.say(options.json() ? ResultLine.of(view) : words(view));
                    return ExitCode.OK;
                });
    }

    private static String words(RunView view) {
        return view.status().isFinal()
                ? "%s has ended: %s".formatted(view.run(), Story.lower(view.status()))
                : "cancelling %1$s: `kintsugi status %1$s` shows when it has stopped"
                        .formatted(view.run());
    }
}
