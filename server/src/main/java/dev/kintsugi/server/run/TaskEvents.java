package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.Delivered;
import dev.kintsugi.client.event.RunEvent.DeliveryFailed;
import dev.kintsugi.client.event.RunEvent.EffectReconciled;
import dev.kintsugi.client.event.RunEvent.PatchNotFound;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunEvent.WorkspaceFailed;
import dev.kintsugi.client.event.RunEvent.WorkspaceReady;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.client.task.TaskResult.PatchProposed;
import dev.kintsugi.client.task.TaskResult.Reconciled;
import dev.kintsugi.client.task.TaskResult.Verdict;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the end of a task means to its run. */
final class TaskEvents {
    private TaskEvents() {}

    /**
     * @param receipt what the outside system answered to it; null when nothing was handed in
     */
    static RunEvent of(Task task, TaskResult result, @Nullable String receipt) {
        var usage = result.usage();
        return switch (task.kind()) {
            case PREPARE ->
                    result instanceof Done done
                            ? new WorkspaceReady(
                                    Objects.requireNonNull(done.commit(), "commit"),
                                    done.remarks(),
                                    usage)
                            : new WorkspaceFailed(failure(result), usage);
            case STEP -> step(task, result, receipt);
            case RECHECK ->
                    new RecheckEnded(task.step(), task.attempt(), failureOrNull(result), usage);
            case MEND -> mend(task, result);
            case UNDO -> new UndoEnded(task.step(), task.attempt(), failureOrNull(result), usage);
            case RECONCILE -> reconciled(task, result, receipt);
            case DELIVER ->
                    result instanceof Done done
                            ? new Delivered(
                                    Objects.requireNonNull(task.delivery(), "delivery").branch(),
                                    Objects.requireNonNull(done.commit(), "commit"),
                                    usage)
                            : new DeliveryFailed(failure(result), usage);
        };
    }

    private static RunEvent mend(Task task, TaskResult result) {
        return switch (result) {
            case PatchProposed(var patch, var refused, var usage) ->
                    new RunEvent.PatchProposed(task.step(), task.attempt(), patch, refused, usage);
            case TaskResult.PatchNotFound(var refused, var usage) ->
                    new PatchNotFound(task.step(), task.attempt(), refused, usage);
            case Done _, Failed _, Reconciled _ ->
                    new PatchNotFound(
                            task.step(),
                            task.attempt(),
                            List.of(failure(result).message()),
                            result.usage());
        };
    }

    /** Anything but an answer is none. */
    private static RunEvent reconciled(Task task, TaskResult result, @Nullable String receipt) {
        return switch (result) {
            case Reconciled(var verdict, var said, var reason, var usage) ->
                    new EffectReconciled(
                            task.step(),
                            task.attempt(),
                            verdict,
                            said == null ? receipt : said,
                            reason,
                            usage);
            case Done _, Failed _, PatchProposed _, TaskResult.PatchNotFound _ ->
                    new EffectReconciled(
                            task.step(),
                            task.attempt(),
                            Verdict.UNKNOWN,
                            null,
                            failure(result).message(),
                            result.usage());
        };
    }

    private static RunEvent step(Task task, TaskResult result, @Nullable String receipt) {
        return switch (result) {
            case Done done ->
                    new StepSucceeded(
                            task.step(),
                            task.attempt(),
                            done.commit(),
                            done.output(),
                            done.remarks(),
                            done.usage(),
                            receipt,
                            done.artifacts());
            case Failed failed ->
                    new StepFailed(
                            task.step(),
                            task.attempt(),
                            failed.failure(),
                            failed.evidence(),
                            failed.usage(),
                            receipt,
                            failed.artifacts());
            case PatchProposed _, TaskResult.PatchNotFound _, Reconciled _ ->
                    new StepFailed(
                            task.step(),
                            task.attempt(),
                            failure(result),
                            null,
                            result.usage(),
                            receipt,
                            null);
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
