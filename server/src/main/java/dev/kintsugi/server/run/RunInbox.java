package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.Completion;
import dev.kintsugi.server.queue.TaskOutcome;
import dev.kintsugi.server.queue.TaskStore;
import java.util.List;

/**
 * Where everything that happens to runs arrives. Ends of tasks are taken up by the next turn at
 * once; signals, timers and lost tasks are written into the run's inbox first, without a lock on
 * the run.
 */
public final class RunInbox implements TaskOutcome {
    private final Transactions transactions;
    private final RunStore store;
    private final Turns turns;
    private final RunListener listener;

    public RunInbox(Transactions transactions, RunStore store, Turns turns, RunListener listener) {
        this.transactions = transactions;
        this.store = store;
        this.turns = turns;
        this.listener = listener;
    }

    @Override
    public void started(Task task, String worker) {
        if (task.kind() == TaskKind.STEP) {
            listener.started(task.tenant(), task.run(), task.step(), task.attempt(), worker);
        }
    }

    /** Tells a run what happened; a turn follows once the transaction around is committed. */
    public void post(String tenant, String run, RunEvent event) {
        transactions.asSystem(() -> {
            store.post(tenant, run, event);
            transactions.afterCommit(() -> turns.request(run));
            return run;
        });
    }

    @Override
    public List<LeasedTask> completed(Completion completion) {
        return turns.take(Arrival.of(completion));
    }

    @Override
    public void lost(TaskStore.Ended lease, boolean started, String reason) {
        var task = lease.task();
        post(
                task.tenant(),
                task.run(),
                new TaskLost(
                        task.kind(),
                        task.step(),
                        task.attempt(),
                        started,
                        reason,
                        lease.receipt()));
    }
}
