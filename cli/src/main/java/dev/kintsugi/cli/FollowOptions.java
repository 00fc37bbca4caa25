package dev.kintsugi.cli;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.run.RunView;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command takes that answers a run and then follows it to its end. */
final class FollowOptions {
    @Mixin RunOptions of = new RunOptions();

    @Option(names = "--detach", description = "Do not follow the run afterwards.")
    boolean detach;

    /** Answers the run, which is told as it was before. */
    @FunctionalInterface
    interface Answer {
        void give(KintsugiClient client, RunView before);
    }

    /** Answers, and tells what happens from then on. */
    int call(Shell shell, Answer answer) {
        return of.call(
                shell,
                (client, id) -> {
                    var before = client.run(id);
                    answer.give(client, before);
                    if (detach) {
                        return leave(shell, client.run(id));
                    }
                    Terminal.countInterrupts(shell.interrupts());
                    var manner = Follower.Manner.of(of.json()).withoutHistory();
                    return new Follower(shell, client, before, manner).follow();
                });
    }

    private ExitCode leave(Shell shell, RunView view) {
        shell.say(
                of.json()
                        ? ResultLine.of(view)
                        : "`kintsugi status %s` shows what becomes of it".formatted(view.run()));
        return ExitCode.OK;
    }
}
