package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.queue.Completion;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Something that a turn takes up.
 *
 * @param <T> what whoever brought it is told once the turn is committed
 */
sealed interface Arrival<T> {

    /** The run it is about. */
    String run();

    /** Completed after the commit; exceptionally when the arrival was not taken up. */
    CompletableFuture<T> answer();

    /** Something may wait in the run's inbox. */
    record Signal(String run, CompletableFuture<String> answer) implements Arrival<String> {}

    /** A worker reports the end of a task. */
    record Report(String run, Completion completion, CompletableFuture<List<LeasedTask>> answer)
            implements Arrival<List<LeasedTask>> {}

    /** A new run. */
    record Entry(
            RunStore.NewRun entered,
            Plan plan,
            RunAccepted accepted,
            CompletableFuture<Entered> answer)
            implements Arrival<Entered> {
        @Override
        public String run() {
            return entered.row().run();
        }
    }

    static Arrival<String> of(String run) {
        return new Signal(run, new CompletableFuture<>());
    }

    /**
     * What became of a new run.
     *
     * @param run its id, or that of the earlier run with the same submission key
     * @param seen where it stands after its first turn; null when it is an earlier one
     */
    record Entered(String run, RunEngine.@Nullable Seen seen) {}

    static Arrival<Entered> of(RunStore.NewRun entered, Plan plan, RunAccepted accepted) {
        return new Entry(entered, plan, accepted, new CompletableFuture<>());
    }

    static Arrival<List<LeasedTask>> of(Completion completion) {
        return new Report(runOf(completion.lease().key()), completion, new CompletableFuture<>());
    }

    /** Of {@code run:step:attempt} or {@code kind:run:step:attempt}. */
    private static String runOf(String key) {
        var parts = key.split(":", -1);
        return parts.length > 3 ? parts[1] : parts[0];
    }
}
