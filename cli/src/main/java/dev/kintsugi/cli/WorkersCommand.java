package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.WorkerView;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists workers in processes of their own. */
@Command(
        name = "workers",
        description = "List workers outside of servers, the latest heard of first.")
final class WorkersCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin ServerOptions options = new ServerOptions();

    WorkersCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (var client = Connection.open(shell, options)) {
            var workers = client.workers();
            for (var worker : workers) {
                if (options.json) {
                    shell.sayJson(worker);
                } else {
                    shell.say(row(worker));
                }
            }
            if (workers.isEmpty() && !options.json) {
                shell.say("no workers but those of the servers themselves");
            }
        }
        return ExitCode.OK.code();
    }

    private String row(WorkerView worker) {
        var silent = Duration.between(worker.lastSeen(), shell.world().instant()).toMillis();
        return "%s  %s  %d of %d busy  heard of %s ago%s%s"
                .formatted(
                        Text.pad(Text.safe(worker.worker()), 20),
                        worker.alive() ? "alive" : "lost ",
                        worker.holding(),
                        worker.capacity(),
                        Text.time(Math.max(0, silent)),
                        worker.agents().isEmpty()
                                ? ""
                                : "  agents " + Text.safe(String.join(", ", worker.agents())),
                        worker.labels().isEmpty()
                                ? ""
                                : "  " + Text.safe(worker.labels().toString()));
    }
}
