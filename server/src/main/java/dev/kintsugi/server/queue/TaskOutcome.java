package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;

/** Who hears how tasks end. Called inside the transaction that ends the lease. */
public interface TaskOutcome {
    /** A worker that held the lease reported the task's end. */
    void completed(Task task, TaskResult result);

    /** The lease ran out or was given back: the task is in nobody's hands. */
    void lost(Task task, String reason);
}
