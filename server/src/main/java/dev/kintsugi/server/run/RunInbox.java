package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.Delivered;
import dev.kintsugi.client.event.RunEvent.DeliveryFailed;
import dev.kintsugi.client.event.RunEvent.PatchNotFound;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunEvent.WorkspaceFailed;
import dev.kintsugi.client.event.RunEvent.WorkspaceReady;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.client.task.TaskResult.PatchProposed;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskOutcome;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where everything that happens to runs arrives: ends of tasks, signals, timers. Takes no lock on
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
    public void completed(Task task, TaskResult result) {
        post(task.tenant(), task.run(), event(task, result));
    }

    @Override
    public void lost(Task task, String reason) {
        post(
                task.tenant(),
                task.run(),
                new TaskLost(task.kind(), task.step(), task.attempt(), reason));
    }

    private static RunEvent event(Task task, TaskResult result) {
        return switch (task.kind()) {
            case PREPARE ->
                    result instanceof Done done
                            ? new WorkspaceReady(
                                    Objects.requireNonNull(done.commit(), "commit"), done.remarks())
                            : new WorkspaceFailed(failure(result));
            case STEP -> step(task, result);
            case RECHECK -> new RecheckEnded(task.step(), task.attempt(), failureOrNull(result));
            case MEND ->
                    result instanceof PatchProposed proposed
                            ? new RunEvent.PatchProposed(
                                    task.step(),
                                    task.attempt(),
                                    proposed.patch(),
                                    proposed.refused())
                            : new PatchNotFound(
                                    task.step(),
                                    task.attempt(),
                                    result instanceof TaskResult.PatchNotFound none
                                            ? none.refused()
                                            : java.util.List.of(failure(result).message()));
            case UNDO -> new UndoEnded(task.step(), task.attempt(), failureOrNull(result));
            case DELIVER ->
                    result instanceof Done done
                            ? new Delivered(
                                    Objects.requireNonNull(task.delivery(), "delivery").branch(),
                                    Objects.requireNonNull(done.commit(), "commit"))
                            : new DeliveryFailed(failure(result));
        };
    }

    private static RunEvent step(Task task, TaskResult result) {
        return switch (result) {
            case Done done ->
                    new StepSucceeded(
                            task.step(),
                            task.attempt(),
                            done.commit(),
                            done.output(),
                            done.remarks(),
                            done.usage());
            case Failed failed ->
                    new StepFailed(
                            task.step(),
                            task.attempt(),
                            failed.failure(),
                            failed.evidence(),
                            failed.usage());
            case PatchProposed _, TaskResult.PatchNotFound _ ->
                    new StepFailed(
                            task.step(), task.attempt(), failure(result), null, result.usage());
        };
    }

    private static @Nullable Failure failureOrNull(TaskResult result) {
        return result instanceof Done ? null : failure(result);
    }

    private static Failure failure(TaskResult result) {
        if (result instanceof Failed failed) {
            return failed.failure();
        }
        return new Failure(
                FailureCategory.VALIDATION,
                FailureClass.INFRA,
                Severity.HIGH,
                "wrong-result",
                "0000000000000002",
                "the worker answered with a result of another kind of task",
                false,
                null,
                new TreeMap<>());
    }
}
