package dev.kintsugi.client.worker;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;

/** Does one kind of task. Called on a thread of its own; may block. */
@FunctionalInterface
public interface TaskHandler {
    /**
     * Does the task and says how it ended.
     *
     * @throws InterruptedException when the work is no longer wanted and was stopped
     */
    TaskResult handle(LeasedTask task, TaskContext context) throws InterruptedException;
}
