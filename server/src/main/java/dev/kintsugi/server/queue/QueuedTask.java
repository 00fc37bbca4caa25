package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task on its way into the queue.
 *
 * @param availableAt before this it is not handed out
 * @param home of the server that alone can hand it out; null for any
 */
public record QueuedTask(
        Task task,
        QueueClass queue,
        Priority priority,
        Instant availableAt,
        @Nullable String home) {

    /**
     * Where it stands among the waiting: smaller goes first. A priority is a head start in time, so
     * every task moves up as it waits, and a LOW task starts at the latest when the tasks that
     * became available within {@link Priority#headStart} of the highest priority after it are
     * started.
     */
    long rank() {
        return availableAt.toEpochMilli() - priority.headStart().toMillis();
    }
}
