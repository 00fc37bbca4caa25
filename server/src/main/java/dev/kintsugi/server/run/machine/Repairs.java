package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.BreakerAnswered;
import dev.kintsugi.client.event.RunEvent.BudgetAnswered;
import dev.kintsugi.client.event.RunEvent.PatchNotFound;
import dev.kintsugi.client.event.RunEvent.PatchProposed;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Patch.StepPatch;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.run.machine.Repair.Asking;
import dev.kintsugi.server.run.machine.RunState.AcceptedPatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ladder of repair: retry what may be transient, patch, re-plan, and give up, which leads to
 * rollback (DESIGN §4). One repair at a time; other broken steps wait for it, because its mend may
 * mend them too.
 */
final class Repairs {
    /** Retries under one definition of a step. */
    static final int MAX_RETRIES = 3;

    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);

    private final Course course;
    private final Tasks tasks;

    Repairs(Course course, Tasks tasks) {
        this.course = course;
        this.tasks = tasks;
    }

    // --- attempts

    /**
     * Hands an attempt of the step out; {@code repair} says whether it counts as a repair attempt.
     */
    void attempt(
            Draft draft, int position, @Nullable Patch candidate, Duration delay, boolean repair) {
        var number = draft.step(position).attempt() + 1;
        draft.put(position, draft.step(position).started(number, repair, draft.patches().size()));
        var phase = repair ? Objects.requireNonNull(draft.repair()).phase() : null;
        var why =
                candidate != null
                        ? "proof of: " + candidate.title()
                        : phase == null ? "first attempt" : lower(phase);
        var wait = delay.isZero() ? "" : " in %.1f s".formatted(delay.toMillis() / 1000.0);
        draft.tell(Note.Kind.STEP_QUEUED, course.step(position).id(), number, phase, why + wait);
        draft.dispatch(tasks.attempt(draft, position, number, candidate), position, delay);
    }

    void stepSucceeded(Draft draft, int position, StepSucceeded done) {
        var repair = draft.repair();
        if (repair == null || repair.step() != position) {
            complete(draft, position, done.commit(), done.output());
        } else if (repair.candidate() instanceof TreePatch tree) {
            proven(draft, repair, tree, new Repair.Proven(done.commit(), done.output()));
        } else {
            if (repair.candidate() instanceof StepPatch patch) {
                accept(draft, repair, patch);
            }
            verified(draft, position, done.commit(), done.output());
        }
    }

    /** The step is done: its dependents come a step nearer. */
    void complete(Draft draft, int position, @Nullable String commit, @Nullable String output) {
        draft.put(position, draft.step(position).succeeded(commit, output));
        draft.complete(position);
        for (var dependent : course.dependents(position)) {
            var state = draft.step(dependent).needMet();
            draft.put(dependent, state);
            if (state.unmet() == 0) {
                draft.makeReady(dependent);
            }
        }
    }

    void stepFailed(Draft draft, int position, StepFailed failed) {
        var failure = failed.failure();
        draft.act(new RunAction.RecordOutcome(failure.failureClass(), false));
        var repair = draft.repair();
        if (repair != null && repair.step() == position && repair.candidate() != null) {
            rejected(
                    draft, repair, "the attempt on the patched input failed: " + failure.message());
            return;
        }
        draft.put(position, draft.step(position).broken(failure, failed.evidence()));
        if (draft.failing()) {
            draft.put(position, draft.step(position).with(StepState.Status.FAILED));
        } else if (repair == null) {
            open(draft, position);
        } else if (repair.step() == position) {
            draft.repair(
                    repair.in(
                            repair.phase() == Phase.REPLAN ? Phase.RETRY : repair.phase(),
                            repair.asking()));
            climb(draft);
        } else {
            draft.broken(draft.broken().plus(position));
            draft.tell(
                    Note.Kind.REMARK,
                    failed.step(),
                    failed.attempt(),
                    null,
                    "failed (%s); waits for the repair of %s"
                            .formatted(failure.message(), id(repair)));
        }
    }

    // --- the ladder

    /** Opens the repair of a step that had to wait, once none is under way. */
    void openNext(Draft draft) {
        if (draft.repair() == null && !draft.failing() && !draft.broken().isEmpty()) {
            var position = draft.broken().get(0);
            draft.broken(draft.broken().minus(0));
            open(draft, position);
        }
    }

    private void open(Draft draft, int position) {
        var state = draft.step(position);
        var failure = failure(state);
        var repair = Repair.open(position, failure, draft.now());
        draft.repair(repair);
        draft.tell(
                Note.Kind.REPAIR_OPENED,
                course.step(position).id(),
                state.attempt(),
                null,
                "%s: %s".formatted(lower(failure.failureClass()), failure.message()));
        if (state.patches() < draft.patches().size()
                && failure.failureClass() != FailureClass.SECURITY) {
            enter(draft, Phase.RETRY, Asking.BUDGET, "its input was mended meanwhile");
            draft.act(new RunAction.AskBudget(course.step(position).id()));
        } else {
            climb(draft);
        }
    }

    /** Takes the next rung that may hold. */
    private void climb(Draft draft) {
        var repair = repair(draft);
        var state = draft.step(repair.step());
        var step = draft.definition(repair.step());
        var failure = failure(state);
        if (failure.failureClass() == FailureClass.SECURITY) {
            giveUp(draft, "security failures are never repaired automatically");
        } else if (state.repairs() >= draft.limits().attemptsPerStep()) {
            giveUp(
                    draft,
                    "all %d repair attempts for one step are used".formatted(state.repairs()));
        } else if (repair.phase() == Phase.RETRY
                && mayRetry(draft, repair, failure, step.effects())) {
            draft.repair(repair.asking(Asking.BREAKER));
            draft.act(new RunAction.AskBreaker(step.id(), failure.failureClass()));
        } else if (draft.ladder() == Ladder.V3) {
            giveUp(draft, "retrying does not help");
        } else if (repair.phase() != Phase.REPLAN && step.effects() != Effects.ONCE) {
            enter(draft, Phase.PATCH, Asking.PATCH, "looking for a patch");
            draft.dispatch(mend(draft), repair.step(), Duration.ZERO);
        } else if (state.alternative() < course.step(repair.step()).alternatives().size()) {
            draft.repair(repair.replanned());
            draft.act(new RunAction.AskBudget(step.id()));
        } else {
            giveUp(draft, "no patch and no alternative is left");
        }
    }

    /** Trying again unchanged: only what may pass by itself, never twice after the same failure. */
    private boolean mayRetry(Draft draft, Repair repair, Failure failure, Effects effects) {
        return failure.maybeTransient()
                && effects != Effects.ONCE
                && repair.retries() < MAX_RETRIES
                && !failure.fingerprint().equals(repair.previous())
                && fitsTime(draft, failure);
    }

    private boolean fitsTime(Draft draft, Failure failure) {
        var asked = failure.retryAfter();
        return asked == null
                || draft.clock().spentMillis(draft.now()) + asked.toMillis()
                        < draft.limits().timeMillis();
    }

    void breakerAnswered(Draft draft, BreakerAnswered answer) {
        var repair = draft.repair();
        if (repair == null
                || repair.asking() != Asking.BREAKER
                || !id(repair).equals(answer.step())) {
            return;
        }
        if (answer.permitted()) {
            enter(draft, Phase.RETRY, Asking.BUDGET, "the failure may be transient");
            draft.act(new RunAction.AskBudget(answer.step()));
        } else {
            draft.tell(
                    Note.Kind.REMARK,
                    answer.step(),
                    0,
                    Phase.RETRY,
                    "the breaker for %s failures is open: no retry"
                            .formatted(lower(answer.failureClass())));
            draft.repair(repair.in(Phase.PATCH, Asking.PATCH));
            climb(draft);
        }
    }

    void budgetAnswered(Draft draft, BudgetAnswered answer) {
        var repair = draft.repair();
        if (repair == null
                || repair.asking() != Asking.BUDGET
                || !id(repair).equals(answer.step())) {
            return;
        }
        if (answer.exhausted() != null) {
            draft.exhausted(answer.exhausted());
            giveUp(draft, "the %s budget is exhausted".formatted(answer.exhausted()));
            return;
        }
        draft.countAttempt();
        draft.count(repair.phase());
        switch (repair.phase()) {
            case RETRY -> retry(draft, repair);
            case PATCH -> {
                draft.repair(repair.asking(Asking.ATTEMPT));
                attempt(draft, repair.step(), repair.candidate(), Duration.ZERO, true);
            }
            case REPLAN -> replan(draft, repair);
            case ROLLBACK -> throw new IllegalStateException("rollback takes no attempt");
        }
    }

    private void retry(Draft draft, Repair repair) {
        var failure = failure(draft.step(repair.step()));
        var onMendedInput = draft.step(repair.step()).patches() < draft.patches().size();
        draft.repair(repair.retried(failure.fingerprint()).asking(Asking.ATTEMPT));
        attempt(
                draft,
                repair.step(),
                null,
                onMendedInput ? Duration.ZERO : backoff(draft, repair, failure),
                true);
    }

    /**
     * Exponential backoff with full jitter, uniform in [0, min(cap, base × 2^n)] (Brooker,
     * "Exponential Backoff And Jitter", 2015), but never earlier than the other side asked for.
     */
    private Duration backoff(Draft draft, Repair repair, Failure failure) {
        var ceiling =
                Math.min(LONGEST_BACKOFF.toMillis(), FIRST_BACKOFF.toMillis() << repair.retries());
        var jittered = Duration.ofMillis(draft.envelope().draw(ceiling));
        var asked = failure.retryAfter();
        return asked != null && asked.compareTo(jittered) > 0 ? asked : jittered;
    }

    private void replan(Draft draft, Repair repair) {
        var position = repair.step();
        draft.put(position, draft.step(position).replanned());
        draft.repair(repair.asking(Asking.ATTEMPT));
        draft.tell(
                Note.Kind.REPLANNED,
                id(repair),
                draft.step(position).attempt() + 1,
                Phase.REPLAN,
                "alternative %d of %d"
                        .formatted(
                                draft.step(position).alternative(),
                                course.step(position).alternatives().size()));
        attempt(draft, position, null, Duration.ZERO, true);
    }

    private void giveUp(Draft draft, String why) {
        var repair = repair(draft);
        var state = draft.step(repair.step());
        draft.put(repair.step(), state.with(StepState.Status.FAILED));
        draft.tell(Note.Kind.REPAIR_FAILED, id(repair), state.attempt(), repair.phase(), why);
        draft.act(new RunAction.CountRepair(repair.phase(), false, since(draft, repair)));
        draft.repair(null);
        draft.fail("step %s failed: %s; %s".formatted(id(repair), failure(state).message(), why));
    }

    // --- patches

    Task mend(Draft draft) {
        return tasks.mend(draft, repair(draft));
    }

    void patchProposed(Draft draft, PatchProposed proposed) {
        var repair = settleMend(draft, proposed.step(), proposed.attempt());
        if (repair == null) {
            return;
        }
        refusals(draft, proposed.step(), proposed.refused());
        draft.repair(repair.proving(proposed.patch()));
        draft.tell(
                Note.Kind.PATCH_TRIED,
                proposed.step(),
                draft.step(repair.step()).attempt() + 1,
                Phase.PATCH,
                "%s: %s".formatted(lower(proposed.patch().source()), proposed.patch().title()),
                proposed.patch() instanceof TreePatch tree ? tree.diff() : null);
        draft.act(new RunAction.AskBudget(proposed.step()));
    }

    void patchNotFound(Draft draft, PatchNotFound none) {
        var repair = settleMend(draft, none.step(), none.attempt());
        if (repair == null) {
            return;
        }
        refusals(draft, none.step(), none.refused());
        enter(draft, Phase.REPLAN, Asking.BUDGET, "no patch is known");
        climb(draft);
    }

    private @Nullable Repair settleMend(Draft draft, String step, int number) {
        var task = draft.settle(tasks.key(TaskKind.MEND, step, number));
        var repair = draft.repair();
        return task == null || repair == null || repair.asking() != Asking.PATCH ? null : repair;
    }

    private void refusals(Draft draft, String step, List<String> refused) {
        refused.forEach(line -> draft.tell(Note.Kind.PATCH_REFUSED, step, 0, Phase.PATCH, line));
    }

    /** The failed step passes on the patched input; now what passed before must still pass. */
    private void proven(Draft draft, Repair repair, TreePatch patch, Repair.Proven result) {
        var keys = new ArrayList<String>();
        for (var passed : draft.completed()) {
            if (draft.definition(passed).effects() == Effects.NONE) {
                var task = tasks.recheck(draft, passed, draft.nextRecheck(), patch);
                keys.add(task.key());
                draft.dispatch(task, passed, Duration.ZERO);
            }
        }
        draft.repair(repair.rechecking(result, keys));
        if (keys.isEmpty()) {
            adopt(draft);
        }
    }

    Task recheck(Draft draft, RunState.TaskRef task) {
        var patch = Objects.requireNonNull(repair(draft).candidate(), "candidate");
        return tasks.recheck(draft, task.step(), task.attempt(), patch);
    }

    void recheckEnded(Draft draft, RecheckEnded ended) {
        var key = tasks.key(TaskKind.RECHECK, ended.step(), ended.attempt());
        var task = draft.settle(key);
        var repair = draft.repair();
        if (task == null || repair == null || repair.asking() != Asking.RECHECK) {
            return;
        }
        if (ended.failure() != null) {
            rejected(
                    draft,
                    repair,
                    "step %s passed before and fails with the patch: %s"
                            .formatted(ended.step(), ended.failure().message()));
            return;
        }
        draft.repair(repair.rechecked(key));
        if (repair(draft).rechecks().isEmpty()) {
            adopt(draft);
        }
    }

    private void adopt(Draft draft) {
        var repair = repair(draft);
        var patch = (TreePatch) Objects.requireNonNull(repair.candidate(), "candidate");
        var result = Objects.requireNonNull(repair.proven(), "proven");
        draft.accept(new AcceptedPatch(patch, repair.step(), draft.step(repair.step()).attempt()));
        accept(draft, repair, patch);
        verified(draft, repair.step(), result.commit(), result.output());
    }

    private void accept(Draft draft, Repair repair, Patch patch) {
        var state = draft.step(repair.step());
        if (patch instanceof StepPatch change) {
            var env = new TreeMap<>(state.env());
            env.putAll(change.env());
            draft.put(
                    repair.step(),
                    state.patched(
                            env,
                            change.timeoutMillis() == null
                                    ? state.timeoutMillis()
                                    : change.timeoutMillis()));
        }
        draft.act(new RunAction.LearnPatch(failure(state).fingerprint(), patch, true));
        draft.tell(
                Note.Kind.PATCH_ACCEPTED, id(repair), state.attempt(), Phase.PATCH, patch.title());
    }

    /** The patch does not hold: back to the failure it was meant for. */
    private void rejected(Draft draft, Repair repair, String why) {
        var state = draft.step(repair.step());
        var patch = Objects.requireNonNull(repair.candidate(), "candidate");
        draft.cancel(List.copyOf(repair.rechecks()));
        draft.put(repair.step(), state.with(StepState.Status.BROKEN));
        draft.tell(
                Note.Kind.PATCH_REJECTED,
                id(repair),
                state.attempt(),
                Phase.PATCH,
                patch.title() + ": " + why);
        draft.act(new RunAction.LearnPatch(failure(state).fingerprint(), patch, false));
        draft.repair(repair.withoutCandidate());
        climb(draft);
    }

    // --- the end of a repair

    private void verified(
            Draft draft, int position, @Nullable String commit, @Nullable String output) {
        var repair = repair(draft);
        draft.act(new RunAction.RecordOutcome(repair.opened().failureClass(), true));
        draft.act(new RunAction.CountRepair(repair.phase(), true, since(draft, repair)));
        draft.tell(
                Note.Kind.REPAIR_VERIFIED,
                id(repair),
                draft.step(position).attempt(),
                repair.phase(),
                "mended by " + lower(repair.phase()));
        draft.repair(null);
        complete(draft, position, commit, output);
    }

    /** The patch that an attempt of this step is to prove; null when it proves none. */
    @Nullable Patch candidateFor(Draft draft, int position) {
        var repair = draft.repair();
        return repair != null && repair.step() == position ? repair.candidate() : null;
    }

    private void enter(Draft draft, Phase phase, Asking asking, String why) {
        var repair = repair(draft);
        draft.repair(repair.in(phase, asking));
        draft.tell(Note.Kind.PHASE_ENTERED, id(repair), 0, phase, why);
    }

    private static Duration since(Draft draft, Repair repair) {
        return Duration.between(repair.startedAt(), draft.now());
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
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }
}
