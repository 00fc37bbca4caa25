package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent.EffectAnswered;
import dev.kintsugi.client.event.RunEvent.EffectReconciled;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Steps of which nobody saw whether they took effect, although they must exactly once. A receipt
 * settles it; else the step's own command is asked, once for each attempt, and where that cannot
 * tell, a human. Until then the step is not done again.
 */
final class Doubts {
    /** Rules of failures, besides timeouts, after which the effect may have happened. */
    private static final List<String> MID_WAY =
            List.of("connection-lost", "http-server-error", "worker-error", "step.bad-output");

    private final Course course;
    private final Tasks tasks;
    private final Attempts attempts;
    private final Repairs repairs;

    Doubts(Course course, Tasks tasks, Attempts attempts, Repairs repairs) {
        this.course = course;
        this.tasks = tasks;
        this.attempts = attempts;
        this.repairs = repairs;
    }

    static boolean isOnce(Draft draft, RunState.TaskRef task) {
        return task.kind() == TaskKind.STEP
                && draft.definition(task.step()).effects() == Effects.ONCE;
    }

    /** A worker lost an attempt that it had begun, and that is off the books. */
    void lost(Draft draft, RunState.TaskRef task, TaskLost lost) {
        if (lost.receipt() != null) {
            settled(draft, task.step(), lost.receipt());
            return;
        }
        remark(draft, task.step(), "lost (%s): it may or may not have taken effect", lost.reason());
        doubt(draft, task.step());
    }

    /** Whether it took the failure of an attempt up: what may have happened is not repaired yet. */
    boolean failed(Draft draft, RunState.TaskRef task, StepFailed failed) {
        if (!isOnce(draft, task)) {
            return false;
        }
        var position = task.step();
        var why = failed.failure().message();
        if (failed.receipt() != null) {
            remark(draft, position, "failed after it took effect (%s): that stands", why);
            settled(draft, position, failed.receipt());
            return true;
        }
        if (!mayHaveHappened(draft, position, failed.failure())) {
            return false;
        }
        draft.act(new RunAction.RecordOutcome(failed.failure().failureClass(), false));
        var step = draft.step(position).broken(failed.failure(), failed.evidence());
        draft.put(position, step.with(step.once().failed(step.attempt())));
        remark(draft, position, "failed (%s): it may or may not have taken effect", why);
        doubt(draft, position);
        return true;
    }

    /**
     * A failure says that the step did not do what it was to do, and mostly that nothing happened.
     * A step that can be asked is asked all the same.
     */
    private static boolean mayHaveHappened(Draft draft, int position, Failure failure) {
        var began = !failure.rule().equals(Retries.INPUT_CONFLICT);
        var asks =
                draft.definition(position).reconcile() != null
                        && failure.failureClass() != FailureClass.SECURITY;
        return failure.category() == FailureCategory.TIMEOUT
                || MID_WAY.contains(failure.rule())
                || (asks && began);
    }

    /** Settles attempts that are in flight by what the outside system had answered to them. */
    void settle(Draft draft, SortedMap<String, String> receipts) {
        receipts.forEach((key, receipt) -> {
            var task = draft.books().tasks().get(key);
            if (task != null && isOnce(draft, task)) {
                draft.books().cancel(List.of(key));
                settled(draft, task.step(), receipt);
            }
        });
    }

    private void settled(Draft draft, int position, @Nullable String receipt) {
        keep(draft, position, receipt);
        repairs.happened(draft, position);
    }

    /** Notes the outside system's answer; the first one stays. */
    static void keep(Draft draft, int position, @Nullable String receipt) {
        var step = draft.step(position);
        if (receipt != null && step.once().receipt() == null) {
            draft.put(position, step.with(step.once().receipted(receipt)));
        }
    }

    /** Nobody knows whether the step's latest attempt took effect. */
    void doubt(Draft draft, int position) {
        draft.put(position, draft.step(position).with(StepState.Status.EFFECT_UNKNOWN));
        var step = draft.step(position);
        var definition = draft.definition(position);
        var matters =
                !draft.failing() || (definition.undo() != null && draft.ladder() == Ladder.V4);
        if (definition.reconcile() != null && step.once().asked() != step.attempt() && matters) {
            draft.put(position, step.with(step.once().asked(step.attempt())));
            attempts.tellEffect(
                    draft, position, Note.Kind.EFFECT_ASKED, "asks " + definition.reconcile());
            draft.books().dispatch(tasks.reconcile(draft, position), position, Duration.ZERO);
        }
    }

    /** The step's own command has looked. */
    void reconciled(Draft draft, EffectReconciled answer) {
        var key = tasks.key(TaskKind.RECONCILE, answer.step(), answer.attempt());
        var task = draft.books().settle(key, answer.usage());
        if (task == null) {
            return;
        }
        var position = task.step();
        switch (answer.verdict()) {
            case HAPPENED -> {
                remark(draft, position, "its reconcile command says that it %s", "happened");
                settled(draft, position, answer.receipt());
            }
            case DID_NOT_HAPPEN -> {
                remark(draft, position, "its reconcile command says that it %s", "did not happen");
                if (mayBeRepeated(draft.step(position))) {
                    repairs.didNotHappen(draft, position);
                } else {
                    remark(
                            draft,
                            position,
                            "%s attempts were cut short: a human is asked",
                            String.valueOf(answer.attempt()));
                }
            }
            case UNKNOWN ->
                    remark(
                            draft,
                            position,
                            "its reconcile command cannot tell whether it happened: %s",
                            String.valueOf(answer.reason()));
        }
    }

    /** Repairs have limits of their own; losses count here as those of other steps do. */
    private static boolean mayBeRepeated(StepState step) {
        return step.once().failed() == step.attempt()
                || step.attempt() <= RunMachine.MAX_REDISPATCHES;
    }

    /** A human knows; what the step's command would still find out is of no use any more. */
    void answered(Draft draft, EffectAnswered answer) {
        var position = course.position(answer.step());
        if (position < 0 || draft.step(position).status() != StepState.Status.EFFECT_UNKNOWN) {
            return;
        }
        var asking = tasks.key(TaskKind.RECONCILE, answer.step(), draft.step(position).attempt());
        if (draft.books().tasks().containsKey(asking)) {
            draft.books().cancel(List.of(asking));
        }
        remark(
                draft,
                position,
                answer.by() + " says that it %s",
                answer.happened() ? "happened" : "did not happen");
        if (answer.happened()) {
            repairs.happened(draft, position);
        } else {
            repairs.didNotHappen(draft, position);
        }
    }

    private void remark(Draft draft, int position, String text, String what) {
        draft.tell(
                Note.Kind.REMARK,
                course.step(position).id(),
                draft.step(position).attempt(),
                null,
                text.replace("%s", what));
    }
}
