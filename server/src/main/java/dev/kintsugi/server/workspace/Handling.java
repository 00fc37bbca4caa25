package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Does a task's work and measures it. */
final class Handling {
    private Handling() {}

    /** What is done; it asks for its usage last. */
    @FunctionalInterface
    interface Work {
        TaskResult done(Supplier<Usage> usage) throws InterruptedException;
    }

    static TaskResult of(InstantSource clock, Work work) throws InterruptedException {
        var started = clock.instant();
        Supplier<Usage> usage =
                () -> new Usage(Duration.between(started, clock.instant()).toMillis(), 0, 0);
        try {
            return work.done(usage);
        } catch (WorkspaceException e) {
            return new TaskResult.Failed(e.failure(), null, usage.get());
        }
    }
}
