package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import java.util.Optional;

/** Says whose hands a task is in; the queue knows. */
@FunctionalInterface
public interface LeaseCheck {
    /**
     * The task, when the lease is current and the task belongs to the run.
     *
     * @param proof that a server gave the lease: {@link LeaseSeal}
     */
    Optional<Task> check(String run, Lease lease, String proof);
}
