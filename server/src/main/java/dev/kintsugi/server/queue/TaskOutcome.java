package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.WorkerProtocol.StaleLeaseException;
import java.util.List;

/** Who is told what became of tasks. */
public interface TaskOutcome {
    /** A worker took the task; after that is committed. */
    default void started(Task task, String worker) {}

    /**
     * A worker reports how a task ended. Ends the lease by {@link TaskQueue#finish}, draws the
     * conclusions and hands over what comes next by {@link TaskQueue#handOver}, all in one
     * transaction.
     *
     * @return tasks handed over
     * @throws StaleLeaseException when the lease is not current
     */
    List<LeasedTask> completed(Completion completion);

    /**
     * A worker lost a task or gave it back; inside the transaction that says so.
     *
     * @param started false only when it is known that the work was not begun
     */
    void lost(TaskStore.Ended lease, boolean started, String reason);
}
