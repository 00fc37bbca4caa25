package dev.kintsugi.cli;

import dev.kintsugi.client.run.RunView;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands take that begin a run from an ended one and follow it to its end. */
final class ForkOptions {
    @Mixin RunOptions of = new RunOptions();

    @Option(
            names = "--happened",
            paramLabel = "STEP",
            description = "A `once` step of which nobody knows took effect: it is not done again.")
    List<String> happened = List.of();

    @Option(
            names = "--no-happened",
            paramLabel = "STEP",
            description = "A `once` step of which nobody knows did not take effect.")
    List<String> notHappened = List.of();

    @Option(names = "--detach", description = "Print the new run's id and leave it running.")
    boolean detach;

    int call(Shell shell, @Nullable String from, SortedMap<String, String> inputs) {
        var answers = new TreeMap<String, Boolean>();
        notHappened.forEach(step -> answers.put(step, false));
        happened.forEach(step -> answers.put(step, true));
        return of.call(
                shell,
                (client, id) -> {
                    var view = client.fork(id, from, inputs, answers);
                    if (detach) {
                        shell.say(of.json() ? ResultLine.of(view) : view.run());
                        return ExitCode.OK;
                    }
                    return follow(
                            shell,
                            new Follower(shell, client, view, Follower.Manner.of(of.json())),
                            view,
                            id);
                });
    }

    private ExitCode follow(Shell shell, Follower follower, RunView view, String earlier) {
        if (!of.json()) {
            shell.say("%s  from %s".formatted(view.run(), earlier));
        }
        Terminal.countInterrupts(shell.interrupts());
        return follower.follow();
    }
}
