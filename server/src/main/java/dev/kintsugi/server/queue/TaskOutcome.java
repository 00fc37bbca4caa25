package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;

/** Who hears how tasks fare. Ends are told inside the transaction that ends the lease. */
public interface TaskOutcome {
    /** A worker leased the task; called after that is committed. */
    default void started(Task task, String worker) {}

    /** A worker that held the lease reported the task's end. */
    void completed(Task task, TaskResult result);

    /** The lease ran out or was given back: the task is in nobody's hands. */
    void lost(Task task, String reason);
}
