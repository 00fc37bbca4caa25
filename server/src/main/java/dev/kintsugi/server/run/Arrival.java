package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.queue.Completion;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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

    /** A new run asks to be let in. */
    record Entry(New fresh, CompletableFuture<Entered> answer) implements Arrival<Entered> {
        @Override
        public String run() {
            return row().run();
        }

        RunRow row() {
            return fresh.entered().row();
        }
    }

    /**
     * A run that is to begin.
     *
     * @param plan as it has it in canonical JSON
     * @param accepted its first event, where these defaults hold
     */
    record New(
            RunStore.NewRun entered,
            Plan plan,
            Function<Admission.Defaults, RunAccepted> accepted) {}

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

    static Arrival<Entered> of(New fresh) {
        return new Entry(fresh, new CompletableFuture<>());
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
