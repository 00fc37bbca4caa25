package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Screen;
import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.cli.screen.Summary;
import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.run.RunView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows where a run stands. */
@Command(name = "status", description = "Show where a run stands.")
final class StatusCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin RunOptions options = new RunOptions();

    StatusCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return options.call(
                shell,
                (client, id) -> {
                    var view = client.run(id);
                    if (options.json()) {
                        shell.sayJson(view);
                    } else {
                        show(client, view);
                    }
                    return ExitCode.OK;
                });
    }

    private void show(KintsugiClient client, RunView view) {
        shell.say(view.run());
        for (var step : view.steps()) {
            var failure = step.failure();
            var progress = step.progress();
            shell.say(
                    "  %s  %s%s%s%s"
                            .formatted(
                                    Text.pad(Story.lower(step.status()), 10),
                                    step.step(),
                                    step.attempt() > 1 ? " attempt " + step.attempt() : "",
                                    failure == null ? "" : ": " + Text.safe(failure),
                                    progress == null ? "" : " · " + Text.safe(progress)));
        }
        var screen = Screen.of(view);
        for (var entry : client.timeline(view.run())) {
            screen = screen.after(entry);
        }
        shell.display().printWhole(Summary.of(screen.refreshed(view), null));
        var approval = view.approval();
        if (approval != null && !view.status().isFinal()) {
            shell.say(
                    "  approve with: kintsugi approve %s --hash %s"
                            .formatted(view.run(), approval.hash()));
        }
    }
}
