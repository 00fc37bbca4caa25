package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.run.machine.Repair.Asking;
import dev.kintsugi.server.run.machine.RunState.TaskRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Locale;
import java.util.Objects;

/**
 * What the end of a task means for repairs: opens them, moves them on and closes them. One repair
 * at a time; other broken steps wait for it, because its mend may mend them too.
 */
final class Repairs {
    /**
     * How many waiting failures are kept whole. The others lose their captures and the end of a
     * long message, because a state with a thousand of them must stay small.
     */
    static final int MAX_WHOLE_FAILURES = 16;

    private static final int BRIEF_MESSAGE = 160;

    private final Course course;
    private final Tasks tasks;
    private final Attempts attempts;
    private final Proofs proofs;
    private final Rungs rungs;

    Repairs(Course course, Tasks tasks, Attempts attempts, Proofs proofs, Rungs rungs) {
        this.course = course;
        this.tasks = tasks;
        this.attempts = attempts;
        this.proofs = proofs;
        this.rungs = rungs;
    }

    // --- how steps end

    void stepSucceeded(Draft draft, TaskRef task, StepSucceeded done) {
        var position = task.step();
        var repair = draft.repair();
        if (repair != null && repair.step() == position) {
            var outcome = proofs.passed(draft, new Proof.Result(done.commit(), done.output()));
            proven(draft, repair.phase(), outcome);
        } else if (repair != null && Objects.equals(repair.redoing(), position)) {
            draft.put(position, draft.step(position).succeeded(done.commit(), done.output()));
            draft.repair(repair.redo(null));
            count(draft, task, true);
            rungs.again(draft, "step %s was executed again".formatted(done.step()));
        } else {
            count(draft, task, false); // its repair was abandoned: it heals nothing
            attempts.complete(draft, position, done.commit(), done.output());
        }
    }

    private static void count(Draft draft, TaskRef task, boolean verified) {
        if (task.reserved() != null) {
            draft.act(new RunAction.CountAttempt(task.reserved().phase(), verified));
        }
    }

    void stepFailed(Draft draft, TaskRef task, StepFailed failed) {
        draft.act(new RunAction.RecordOutcome(failed.failure().failureClass(), false));
        attemptFailed(draft, task, failed);
    }

    /** The same of an attempt that says nothing of what its step is about. */
    void attemptFailed(Draft draft, TaskRef task, StepFailed failed) {
        count(draft, task, false);
        stepFailed(draft, task.step(), failed);
    }

    /** The same of an attempt whose end was counted before. */
    private void stepFailed(Draft draft, int position, StepFailed failed) {
        var repair = draft.repair();
        if (repair == null) {
            broken(draft, position, failed);
        } else if (repair.step() == position) {
            if (repair.proof().candidate() != null) {
                proofs.failed(draft, failed);
            } else {
                draft.put(
                        position, draft.step(position).broken(failed.failure(), failed.evidence()));
                var next = repair.phase() == Phase.REPLAN ? Phase.RETRY : repair.phase();
                draft.repair(repair.in(next, Asking.ATTEMPT));
            }
            rungs.climb(draft);
        } else if (Objects.equals(repair.redoing(), position)) {
            draft.put(position, draft.step(position).with(StepState.Status.SUCCEEDED));
            draft.repair(repair.redo(null));
            remark(draft, failed, "failed on the merged input (%s); its earlier result stays");
            rungs.climb(draft);
        } else {
            broken(draft, position, failed);
        }
    }

    /** A step failed that is not under repair. */
    private void broken(Draft draft, int position, StepFailed failed) {
        var failure = failed.failure();
        var state = draft.step(position);
        if (draft.failing()) {
            draft.put(
                    position,
                    state.broken(brief(failure), failed.evidence()).with(StepState.Status.FAILED));
        } else if (draft.repair() == null) {
            draft.put(position, state.broken(failure, failed.evidence()));
            open(draft, position);
        } else {
            var kept = draft.broken().size() < MAX_WHOLE_FAILURES ? failure : brief(failure);
            draft.put(position, state.broken(kept, failed.evidence()));
            draft.broken(draft.broken().plus(position));
            remark(draft, failed, "failed (%s); waits for the repair of " + id(repair(draft)));
        }
    }

    private static void remark(Draft draft, StepFailed failed, String text) {
        draft.tell(
                Note.Kind.REMARK,
                failed.step(),
                failed.attempt(),
                null,
                text.replace("%s", failed.failure().message()));
    }

    private static Failure brief(Failure failure) {
        var message = failure.message();
        return new Failure(
                failure.category(),
                failure.failureClass(),
                failure.severity(),
                failure.rule(),
                failure.fingerprint(),
                message.length() <= BRIEF_MESSAGE ? message : message.substring(0, BRIEF_MESSAGE),
                failure.maybeTransient(),
                failure.retryAfter(),
                Collections.emptySortedMap());
    }

    /** The step is known to have happened, though nobody saw its end. */
    void happened(Draft draft, int position) {
        var repair = draft.repair();
        if (repair != null && repair.step() == position) {
            draft.act(new RunAction.CountAttempt(repair.phase(), true));
            verified(draft, new Proof.Result(null, null));
        } else {
            attempts.complete(draft, position, null, null);
        }
    }

    /**
     * The step is known not to have happened: after a loss it is done once more, after a failure it
     * is repaired as if it had no effects.
     */
    void didNotHappen(Draft draft, int position) {
        var repair = draft.repair();
        var step = draft.step(position);
        draft.put(position, step.with(step.once().absent(step.attempt())));
        if (draft.failing()) {
            draft.put(position, draft.step(position).with(StepState.Status.FAILED));
        } else if (step.once().failed() == step.attempt()) {
            if (repair != null && repair.step() == position) {
                draft.act(new RunAction.CountAttempt(repair.phase(), false));
            }
            var failed =
                    new StepFailed(
                            course.step(position).id(),
                            step.attempt(),
                            failure(step),
                            step.evidence(),
                            Usage.NONE);
            stepFailed(draft, position, failed);
        } else if (repair != null && repair.step() == position) {
            draft.act(new RunAction.CountAttempt(repair.phase(), false));
            attempts.begin(draft, position);
        } else {
            draft.put(position, draft.step(position).with(StepState.Status.PENDING));
            draft.makeReady(position);
        }
    }

    // --- opening and closing

    /** Opens the repair of a step that had to wait, once none is under way. */
    void openNext(Draft draft) {
        if (draft.repair() == null && !draft.failing() && !draft.broken().isEmpty()) {
            var position = draft.broken().get(0);
            draft.broken(draft.broken().minus(0));
            open(draft, position);
        }
        rungs.goOn(draft);
        proofs.repeat(draft);
    }

    /** Whether a passed step cannot be repeated now because of what that may cost. */
    boolean lacksMoney(Draft draft) {
        var repair = draft.repair();
        return repair != null
                && !repair.proof().unchecked().isEmpty()
                && !draft.affords(draft.price(repair.proof().unchecked().get(0)));
    }

    private void open(Draft draft, int position) {
        var state = draft.step(position);
        var failure = failure(state);
        draft.repair(Repair.open(position, failure, draft.now()));
        draft.tell(
                Note.Kind.REPAIR_OPENED,
                course.step(position).id(),
                state.attempt(),
                null,
                "%s: %s".formatted(lower(failure.failureClass()), failure.message()));
        if (state.patches() < draft.patches().size()
                && failure.failureClass() != FailureClass.SECURITY
                && draft.definition(position).effects() != Effects.ONCE) {
            rungs.again(draft, "its input was mended meanwhile");
        } else {
            rungs.climb(draft);
        }
    }

    Task recheck(Draft draft, TaskRef task) {
        return tasks.recheck(draft, task.step(), task.attempt(), repair(draft).proof().patches());
    }

    void recheckEnded(Draft draft, RecheckEnded ended) {
        var repair = draft.repair();
        var phase = repair == null ? Phase.PATCH : repair.phase();
        proven(draft, phase, proofs.repeated(draft, ended));
    }

    /**
     * @param phase of the attempt that is to be proven
     */
    private void proven(Draft draft, Phase phase, Proofs.Outcome outcome) {
        if (outcome != Proofs.Outcome.PENDING) {
            draft.act(new RunAction.CountAttempt(phase, outcome == Proofs.Outcome.HOLDS));
        }
        switch (outcome) {
            case PENDING -> {}
            case HOLDS ->
                    verified(
                            draft,
                            Objects.requireNonNull(repair(draft).proof().result(), "result"));
            case FALLS -> rungs.climb(draft);
        }
    }

    private void verified(Draft draft, Proof.Result result) {
        var repair = repair(draft);
        var phase = repair.proof().patches().isEmpty() ? repair.phase() : Phase.PATCH;
        draft.act(new RunAction.RecordOutcome(repair.opened().failureClass(), true));
        draft.act(new RunAction.CountRepair(phase, true, Rungs.since(draft, repair)));
        draft.tell(
                Note.Kind.REPAIR_VERIFIED,
                id(repair),
                draft.step(repair.step()).attempt(),
                phase,
                "mended by " + lower(phase));
        draft.repair(null);
        attempts.complete(draft, repair.step(), result.commit(), result.output());
    }

    /**
     * Ends the repair under way, if any, without a verdict: nothing that only it needs goes on. An
     * attempt of the failed step that is in flight may finish.
     */
    void abandon(Draft draft, String why) {
        var repair = draft.repair();
        if (repair == null) {
            return;
        }
        var position = repair.step();
        var keys = new ArrayList<String>();
        var attempted = false;
        for (var entry : draft.books().tasks().entrySet()) {
            var task = entry.getValue();
            var redone = Objects.equals(repair.redoing(), task.step());
            switch (task.kind()) {
                case MEND, RECHECK -> keys.add(entry.getKey());
                case STEP -> {
                    attempted |= task.step() == position;
                    if (redone) {
                        keys.add(entry.getKey());
                        draft.put(
                                task.step(),
                                draft.step(task.step()).with(StepState.Status.SUCCEEDED));
                    }
                }
                case PREPARE, UNDO, DELIVER, RECONCILE -> {}
            }
        }
        draft.books().cancel(keys);
        if (repair.asking() == Asking.RECHECK) { // the attempt passed and is not proven
            draft.act(new RunAction.CountAttempt(repair.phase(), false));
        }
        proofs.drop(draft, why);
        var unknown = draft.step(position).status() == StepState.Status.EFFECT_UNKNOWN;
        if (!unknown) {
            draft.put(
                    position,
                    draft.step(position)
                            .with(
                                    attempted
                                            ? StepState.Status.IN_FLIGHT
                                            : StepState.Status.FAILED));
        }
        rungs.failed(draft, repair, why);
    }

    private static Repair repair(Draft draft) {
        return Objects.requireNonNull(draft.repair(), "repair");
    }

    private static Failure failure(StepState state) {
        return Objects.requireNonNull(state.failure(), "failure");
    }

    private String id(Repair repair) {
        return course.step(repair.step()).id();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
