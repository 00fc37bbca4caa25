package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.run.RunView.Phases;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/**
 * A run's state: the fold over its events. Immutable; steps are named by their position in the
 * plan.
 *
 * @param waitingFor null unless status is WAITING
 * @param reason why the run ended or is about to end; null while all is well
 * @param base the workspace's base commit; null before it is there or without workspace
 * @param steps states of the steps that differ from untouched
 * @param ready steps whose needs are met and that are not handed out yet
 * @param tasks what is in the queue or with workers, by key
 * @param completed steps in the order in which they succeeded
 * @param passed steps that count as done without having succeeded: skipped, or failed where the
 *     plan goes on
 * @param broken failed steps that wait for the repair under way to end
 * @param patches accepted patches of the tree, in order
 * @param repair the repair under way; null when there is none
 * @param rollback what is to be undone; null before that is the question
 * @param failing whether the run will not succeed any more and only finishes what is in flight
 * @param sloBreached whether the SLA class's limit was passed
 * @param spent what it has used
 * @param origin what the workspace begins with instead of its source; null for nothing
 * @param branch where mended work was delivered; null before
 * @param holds what steps wait for and hold
 */
public record RunState(
        RunStatus status,
        @Nullable WaitingFor waitingFor,
        @Nullable String reason,
        Ladder ladder,
        Limits limits,
        @Nullable String base,
        PSortedMap<Integer, StepState> steps,
        PSortedSet<Integer> ready,
        PSortedMap<String, TaskRef> tasks,
        PVector<Integer> completed,
        PVector<Integer> passed,
        PVector<Integer> broken,
        PVector<AcceptedPatch> patches,
        @Nullable Repair repair,
        @Nullable Rollback rollback,
        boolean failing,
        boolean sloBreached,
        WorkClock clock,
        Spent spent,
        @Nullable String branch,
        PSortedMap<Integer, Hold> holds,
        Task.@Nullable Origin origin) {

    /**
     * A task that was handed out.
     *
     * @param lost how often a worker lost it
     * @param reserved the repair attempt that was reserved for it; null when it is none
     * @param cost money set aside for it, in billionths of a dollar
     */
    record TaskRef(
            TaskKind kind,
            int step,
            int attempt,
            int lost,
            @Nullable Reserved reserved,
            long cost) {
        TaskRef lostOnce() {
            return new TaskRef(kind, step, attempt, lost + 1, reserved, cost);
        }

        TaskRef with(Reserved attemptOf) {
            return new TaskRef(kind, step, attempt, lost, attemptOf, cost);
        }
    }

    /** A repair attempt: of which phase, and when it begins at the earliest. */
    record Reserved(Phase phase, Instant due) {}

    /** A patch of the tree that was proven by an attempt of a step. */
    public record AcceptedPatch(TreePatch patch, int step, int attempt) {}

    /** Whether the run is failing and only finds out what of it happened. */
    public boolean isReconciling() {
        return failing
                && !tasks.isEmpty()
                && tasks.values().stream().allMatch(task -> task.kind() == TaskKind.RECONCILE);
    }

    public Phases phases() {
        return spent.phases();
    }

    /** Repair attempts used. */
    public int attempts() {
        return spent.attempts();
    }

    public long costNanoUsd() {
        return spent.costNanoUsd();
    }

    /** The state before the first event. */
    public static RunState initial() {
        return new RunState(
                RunStatus.QUEUED,
                null,
                null,
                Ladder.V4,
                new Limits(0, 0, 0, 0, 0),
                null,
                TreePMap.empty(),
                TreePSet.empty(),
                TreePMap.empty(),
                TreePVector.empty(),
                TreePVector.empty(),
                TreePVector.empty(),
                TreePVector.empty(),
                null,
                null,
                false,
                false,
                WorkClock.UNSTARTED,
                Spent.NOTHING,
                null,
                TreePMap.empty(),
                null);
    }
}
