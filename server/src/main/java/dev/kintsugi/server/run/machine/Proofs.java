package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Patch.StepPatch;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.run.machine.Proof.Stacked;
import dev.kintsugi.server.run.machine.Repair.Asking;
import dev.kintsugi.server.run.machine.RunState.AcceptedPatch;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Proves patches: the failed step must pass on the patched input, then what passed before must
 * still pass. A patch that leads to another failure is kept as part of a stack, and the next patch
 * is tried on top; the stack is accepted or dropped as one.
 */
final class Proofs {
    private final Course course;
    private final Tasks tasks;

    Proofs(Course course, Tasks tasks) {
        this.course = course;
        this.tasks = tasks;
    }

    /** Where a proof stands. */
    enum Outcome {
        /** Passed steps are still being repeated. */
        PENDING,
        /** The step is mended, and its patches are accepted. */
        HOLDS,
        /** The patch, or the whole stack, is dropped. */
        FALLS
    }

    // --- the step's own attempt

    Outcome passed(Draft draft, Proof.Result result) {
        var repair = repair(draft);
        PVector<Integer> repeat = TreePVector.empty();
        if (repair.proof().touchesFiles()) {
            for (var passed : draft.completed()) {
                if (draft.definition(passed).effects() == Effects.NONE) {
                    repeat = repeat.plus(passed);
                }
            }
        }
        draft.repair(repair.asking(Asking.RECHECK).with(repair.proof().passed(result, repeat)));
        if (repeat.isEmpty()) {
            accept(draft);
            return Outcome.HOLDS;
        }
        return Outcome.PENDING;
    }

    /** The attempt that was to prove the candidate failed. */
    void failed(Draft draft, StepFailed failed) {
        var repair = repair(draft);
        var state = draft.step(repair.step());
        var meant = failure(state);
        var failure = failed.failure();
        var patch = Objects.requireNonNull(repair.proof().candidate(), "candidate");
        if (failure.failureClass() == FailureClass.SECURITY) {
            reject(draft, "it fails for reasons of security: " + failure.message());
            draft.put(repair.step(), draft.step(repair.step()).broken(failure, failed.evidence()));
        } else if (seen(repair.proof(), meant, failure)) {
            reject(draft, "the attempt on the patched input failed: " + failure.message());
        } else {
            draft.put(repair.step(), state.broken(failure, failed.evidence()));
            var stacked = new Stacked(patch, meant, state.evidence());
            draft.repair(repair.in(Phase.RETRY, Asking.ATTEMPT).with(repair.proof().push(stacked)));
            draft.tell(
                    Note.Kind.REMARK,
                    failed.step(),
                    failed.attempt(),
                    Phase.PATCH,
                    "%s: got further, kept for now; next: %s"
                            .formatted(patch.title(), failure.message()));
        }
    }

    /** Whether the failure is one that this repair met before, so that nothing was gained. */
    private static boolean seen(Proof proof, Failure meant, Failure failure) {
        return meant.fingerprint().equals(failure.fingerprint())
                || proof.stack().stream()
                        .anyMatch(s -> s.failure().fingerprint().equals(failure.fingerprint()));
    }

    // --- steps that passed before

    /** Repeats passed steps as far as there is room in flight, and money. */
    void repeat(Draft draft) {
        for (var repair = draft.repair();
                repair != null
                        && !repair.proof().unchecked().isEmpty()
                        && draft.books().tasks().size() < RunMachine.MAX_IN_FLIGHT
                        && draft.affords(draft.price(repair.proof().unchecked().get(0)));
                repair = draft.repair()) {
            var position = repair.proof().unchecked().get(0);
            var task =
                    tasks.recheck(
                            draft, position, draft.books().nextRecheck(), repair.proof().patches());
            draft.repair(repair.with(repair.proof().repeating(task.key())));
            draft.books().dispatch(task, position, Duration.ZERO);
        }
    }

    Outcome repeated(Draft draft, RecheckEnded ended) {
        var key = tasks.key(TaskKind.RECHECK, ended.step(), ended.attempt());
        var task = draft.books().settle(key, ended.usage());
        var repair = draft.repair();
        if (task == null || repair == null || repair.asking() != Asking.RECHECK) {
            return Outcome.PENDING;
        }
        draft.repair(repair.with(repair.proof().repeated(key)));
        if (ended.failure() != null) {
            var why =
                    "step %s passed before and fails with the patch: %s"
                            .formatted(ended.step(), ended.failure().message());
            if (repair.proof().candidate() == null) {
                drop(draft, why);
            } else {
                reject(draft, why);
            }
            return Outcome.FALLS;
        }
        var proof = repair(draft).proof();
        if (proof.rechecks().isEmpty() && proof.unchecked().isEmpty()) {
            accept(draft);
            return Outcome.HOLDS;
        }
        return Outcome.PENDING;
    }

    // --- verdicts

    private void accept(Draft draft) {
        var repair = repair(draft);
        var proof = repair.proof();
        proof.stack().forEach(s -> accept(draft, repair, s.patch(), s.failure()));
        if (proof.candidate() != null) {
            accept(draft, repair, proof.candidate(), failure(draft.step(repair.step())));
        }
        draft.put(repair.step(), draft.step(repair.step()).seeing(draft.patches().size()));
    }

    private void accept(Draft draft, Repair repair, Patch patch, Failure meant) {
        var state = draft.step(repair.step());
        switch (patch) {
            case TreePatch tree ->
                    draft.accept(new AcceptedPatch(tree, repair.step(), state.attempt()));
            case StepPatch change -> {
                var env = new TreeMap<>(state.env());
                env.putAll(change.env());
                var timeout = change.timeoutMillis();
                draft.put(
                        repair.step(),
                        state.patched(env, timeout == null ? state.timeoutMillis() : timeout));
            }
        }
        draft.act(new RunAction.LearnPatch(meant.fingerprint(), patch, true));
        draft.tell(
                Note.Kind.PATCH_ACCEPTED,
                course.step(repair.step()).id(),
                state.attempt(),
                Phase.PATCH,
                patch.title());
    }

    /** The candidate does not hold: back to the failure it was meant for. */
    private void reject(Draft draft, String why) {
        var repair = repair(draft);
        var patch = Objects.requireNonNull(repair.proof().candidate(), "candidate");
        var meant = failure(draft.step(repair.step()));
        stopRepeating(draft, repair);
        refute(draft, repair, patch, meant, why);
        draft.repair(
                repair.in(Phase.PATCH, Asking.ATTEMPT).with(repair.proof().withoutCandidate()));
    }

    /** The stack leads nowhere: back to the failure that the first patch of it was meant for. */
    void drop(Draft draft, String why) {
        var repair = repair(draft);
        var stack = repair.proof().stack();
        if (stack.isEmpty()) {
            return;
        }
        stopRepeating(draft, repair);
        for (var stacked : stack) {
            refute(draft, repair, stacked.patch(), stacked.failure(), why);
        }
        var first = stack.get(0);
        draft.put(
                repair.step(), draft.step(repair.step()).broken(first.failure(), first.evidence()));
        draft.repair(repair.in(Phase.PATCH, Asking.ATTEMPT).with(Proof.NONE));
    }

    private void stopRepeating(Draft draft, Repair repair) {
        draft.books().cancel(List.copyOf(repair.proof().rechecks()));
        draft.put(repair.step(), draft.step(repair.step()).with(StepState.Status.BROKEN));
    }

    private void refute(Draft draft, Repair repair, Patch patch, Failure meant, String why) {
        draft.tell(
                Note.Kind.PATCH_REJECTED,
                course.step(repair.step()).id(),
                draft.step(repair.step()).attempt(),
                Phase.PATCH,
                patch.title() + ": " + why);
        draft.act(new RunAction.LearnPatch(meant.fingerprint(), patch, false));
    }

    private static Repair repair(Draft draft) {
        return Objects.requireNonNull(draft.repair(), "repair");
    }

    private static Failure failure(StepState state) {
        return Objects.requireNonNull(state.failure(), "failure");
    }
}
