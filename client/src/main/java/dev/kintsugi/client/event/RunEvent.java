package dev.kintsugi.client.event;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.TaskResult.Verdict;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureClass;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Something that happened to a run. A run's state is the fold over these. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface RunEvent {

    /**
     * The run exists.
     *
     * @param plan content hash of the plan
     * @param ladder which phases of repair it may use
     * @param limits what it may spend
     * @param origin what it takes over from an earlier run; null for nothing
     */
    @JsonTypeName("run_accepted")
    record RunAccepted(String plan, Ladder ladder, Limits limits, @Nullable Origin origin)
            implements RunEvent {
        /** A run that takes over nothing. */
        public RunAccepted(String plan, Ladder ladder, Limits limits) {
            this(plan, ladder, limits, null);
        }
    }

    /**
     * What a run takes over from an earlier one of the same plan.
     *
     * @param run the earlier run
     * @param base the commit that it began with; null without workspace
     * @param steps that are not done again, in the order in which they succeeded
     * @param patches that were accepted, in order
     */
    record Origin(
            String run, @Nullable String base, List<TakenStep> steps, List<TakenPatch> patches) {
        public Origin {
            steps = List.copyOf(steps);
            patches = List.copyOf(patches);
        }
    }

    /**
     * A step's result as an earlier run had it.
     *
     * @param effectKey the key it was done under, in whichever run that was
     * @param receipt what the outside system answered to it; null when nothing was handed in
     */
    record TakenStep(
            String step,
            String effectKey,
            @Nullable String commit,
            @Nullable String output,
            @Nullable String receipt) {}

    /** A patch of the tree as an earlier run accepted it. */
    record TakenPatch(Patch.TreePatch patch, String step, int attempt) {}

    /**
     * What a run may spend.
     *
     * @param timeMillis working time
     * @param costNanoUsd money
     * @param attempts repair attempts over the run
     * @param attemptsPerStep repair attempts for one failing step
     * @param approvalMillis how long an approval may be waited for
     */
    record Limits(
            long timeMillis,
            long costNanoUsd,
            int attempts,
            int attemptsPerStep,
            long approvalMillis) {}

    /** The repository is there. */
    @JsonTypeName("workspace_ready")
    record WorkspaceReady(String commit, List<String> remarks, Usage usage) implements RunEvent {
        public WorkspaceReady {
            remarks = List.copyOf(remarks);
        }
    }

    /** The repository cannot be had. */
    @JsonTypeName("workspace_failed")
    record WorkspaceFailed(Failure failure, Usage usage) implements RunEvent {}

    /**
     * An attempt passed.
     *
     * @param receipt what the outside system answered to it; null when nothing was handed in
     * @param artifacts content hash of the files that it left to be kept; null when none
     */
    @JsonTypeName("step_succeeded")
    record StepSucceeded(
            String step,
            int attempt,
            @Nullable String commit,
            @Nullable String output,
            List<String> remarks,
            Usage usage,
            @Nullable String receipt,
            @Nullable String artifacts)
            implements RunEvent {
        public StepSucceeded {
            remarks = List.copyOf(remarks);
        }

        /** The same without a receipt and artifacts. */
        public StepSucceeded(
                String step,
                int attempt,
                @Nullable String commit,
                @Nullable String output,
                List<String> remarks,
                Usage usage) {
            this(step, attempt, commit, output, remarks, usage, null, null);
        }
    }

    /**
     * An attempt failed.
     *
     * @param receipt what the outside system had answered to it; null when nothing was handed in
     * @param artifacts content hash of the files that it left to be kept; null when none
     */
    @JsonTypeName("step_failed")
    record StepFailed(
            String step,
            int attempt,
            Failure failure,
            @Nullable String evidence,
            Usage usage,
            @Nullable String receipt,
            @Nullable String artifacts)
            implements RunEvent {
        /** The same without a receipt and artifacts. */
        public StepFailed(
                String step, int attempt, Failure failure, @Nullable String evidence, Usage usage) {
            this(step, attempt, failure, evidence, usage, null, null);
        }
    }

    /**
     * A worker no longer has the task: its lease ran out or was given back. Not an attempt.
     *
     * @param started false when it is known that the work was not begun
     * @param receipt what the outside system had answered to it; null when nothing was handed in
     */
    @JsonTypeName("task_lost")
    record TaskLost(
            TaskKind kind,
            String step,
            int attempt,
            boolean started,
            String reason,
            @Nullable String receipt)
            implements RunEvent {
        /** The same without a receipt. */
        public TaskLost(TaskKind kind, String step, int attempt, boolean started, String reason) {
            this(kind, step, attempt, started, reason, null);
        }
    }

    /**
     * The command of a {@code once} step that was cut short has looked whether it took effect.
     *
     * @param receipt what the outside system knows the effect by; null when nobody said
     * @param reason why it cannot be told; null when it can
     */
    @JsonTypeName("effect_reconciled")
    record EffectReconciled(
            String step,
            int attempt,
            Verdict verdict,
            @Nullable String receipt,
            @Nullable String reason,
            Usage usage)
            implements RunEvent {}

    @JsonTypeName("patch_proposed")
    record PatchProposed(String step, int attempt, Patch patch, List<String> refused, Usage usage)
            implements RunEvent {
        public PatchProposed {
            refused = List.copyOf(refused);
        }
    }

    @JsonTypeName("patch_not_found")
    record PatchNotFound(String step, int attempt, List<String> refused, Usage usage)
            implements RunEvent {
        public PatchNotFound {
            refused = List.copyOf(refused);
        }
    }

    /** A passed step repeated under a patch: failure is null when it still passes. */
    @JsonTypeName("recheck_ended")
    record RecheckEnded(String step, int attempt, @Nullable Failure failure, Usage usage)
            implements RunEvent {}

    /** A compensation ended: failure is null when it worked. */
    @JsonTypeName("undo_ended")
    record UndoEnded(String step, int attempt, @Nullable Failure failure, Usage usage)
            implements RunEvent {}

    @JsonTypeName("delivered")
    record Delivered(String branch, String commit, Usage usage) implements RunEvent {}

    @JsonTypeName("delivery_failed")
    record DeliveryFailed(Failure failure, Usage usage) implements RunEvent {}

    @JsonTypeName("timer_fired")
    record TimerFired(String timer) implements RunEvent {}

    /**
     * Whether a repair attempt could be reserved, and money is left for it.
     *
     * @param exhausted the budget that ran out; null when the attempt is reserved
     */
    @JsonTypeName("budget_answered")
    record BudgetAnswered(String step, @Nullable String exhausted) implements RunEvent {}

    /** Whether the breaker of a failure class lets a retry through. */
    @JsonTypeName("breaker_answered")
    record BreakerAnswered(String step, FailureClass failureClass, boolean permitted)
            implements RunEvent {}

    /**
     * A worker says what a task cost that was taken back from it meanwhile. Nothing else follows.
     */
    @JsonTypeName("late_cost")
    record LateCost(TaskKind kind, String step, int attempt, Usage usage) implements RunEvent {}

    /**
     * Which of the attempts asked about a worker ever had: the others cannot have had an effect.
     *
     * @param tasks their keys
     * @param receipts what the outside system had answered to them, by key
     */
    @JsonTypeName("begun_answered")
    record BegunAnswered(List<String> tasks, SortedMap<String, String> receipts)
            implements RunEvent {
        public BegunAnswered {
            tasks = List.copyOf(tasks);
            receipts =
                    Collections.unmodifiableSortedMap(
                            receipts == null ? new TreeMap<>() : new TreeMap<>(receipts));
        }

        /** The same without receipts. */
        public BegunAnswered(List<String> tasks) {
            this(tasks, Collections.emptySortedMap());
        }
    }

    /**
     * Whether a step is to be done.
     *
     * @param problem why that cannot be told; null when it can
     */
    @JsonTypeName("condition_answered")
    record ConditionAnswered(String step, boolean holds, @Nullable String problem)
            implements RunEvent {}

    @JsonTypeName("cancel_requested")
    record CancelRequested(String by) implements RunEvent {}

    /**
     * A human's answer to a request for rollback.
     *
     * @param hash of what was to be undone as the human saw it; another hash than the request's is
     *     refused
     */
    @JsonTypeName("approval_answered")
    record ApprovalAnswered(String hash, boolean approved, String by, @Nullable String comment)
            implements RunEvent {}

    /** A human's answer about a {@code once} step of which nobody knows whether it happened. */
    @JsonTypeName("effect_answered")
    record EffectAnswered(String step, boolean happened, String by) implements RunEvent {}

    /**
     * A step cannot have what it asked for yet.
     *
     * @param number of the asking, which tells it from earlier ones of the step
     * @param on what it waits for now
     */
    @JsonTypeName("wait_begun")
    record WaitBegun(String step, long number, List<Obstacle> on) implements RunEvent {
        public WaitBegun {
            on = List.copyOf(on);
        }
    }

    /**
     * Something that is waited for.
     *
     * @param lock the lock's name; null when the runs themselves are waited for
     * @param runs whose end it takes, as far as is known; a key stands for a run that is to come
     */
    record Obstacle(@Nullable String lock, List<String> runs) {
        public Obstacle {
            runs = List.copyOf(runs);
        }
    }

    /**
     * A step's wait is over: it has all it asked for, or will not get it.
     *
     * @param number of the asking
     * @param waitedMillis since it asked
     * @param failure why it gets nothing; null when it has all
     */
    @JsonTypeName("wait_ended")
    record WaitEnded(String step, long number, long waitedMillis, @Nullable Failure failure)
            implements RunEvent {}

    /** The run may use the v4 ladder from here on. */
    @JsonTypeName("promoted")
    record Promoted(String by) implements RunEvent {}

    /**
     * Kintsugi could not take up an event, by a fault of its own. The run ends, as what was meant
     * is not known.
     *
     * @param event what could not be taken up
     */
    @JsonTypeName("faulted")
    record Faulted(String event, String reason) implements RunEvent {}
}
