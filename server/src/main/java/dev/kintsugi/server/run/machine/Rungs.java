package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.BreakerAnswered;
import dev.kintsugi.client.event.RunEvent.BudgetAnswered;
import dev.kintsugi.client.event.RunEvent.PatchNotFound;
import dev.kintsugi.client.event.RunEvent.PatchProposed;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.server.run.machine.Repair.Asking;
import dev.kintsugi.server.waiting.WaitFailure;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The ladder of repair: retry what may be transient, patch, re-plan, and give up, which leads to
 * rollback (DESIGN §4).
 */
final class Rungs {
    private final Course course;
    private final Tasks tasks;
    private final Attempts attempts;
    private final Retries retries;
    private final Proofs proofs;

    Rungs(Course course, Tasks tasks, Attempts attempts, Proofs proofs) {
        this.course = course;
        this.tasks = tasks;
        this.attempts = attempts;
        this.retries = new Retries(course);
        this.proofs = proofs;
    }

    /** Takes the next rung that may hold. */
    void climb(Draft draft) {
        var repair = repair(draft);
        var state = draft.step(repair.step());
        var step = draft.definition(repair.step());
        var failure = failure(state);
        var stale =
                repair.phase() == Phase.RETRY ? retries.staleNeed(draft, repair, failure) : null;
        if (failure.failureClass() == FailureClass.SECURITY) {
            giveUp(draft, "security failures are never repaired automatically");
        } else if (WaitFailure.RULES.contains(failure.rule())) {
            giveUp(draft, "what it waited for cannot be mended");
        } else if (draft.overspent()) {
            exhausted(draft, "cost");
        } else if (spent(draft, repair)) {
            giveUp(
                    draft,
                    "all %s repair attempts for one step are used".formatted(state.repairs()));
        } else if (stale != null) {
            draft.repair(repair.redo(stale));
            askBudget(
                    draft,
                    Phase.RETRY,
                    "its need %s ran without a patch accepted since"
                            .formatted(course.step(stale).id()));
        } else if (repair.phase() == Phase.RETRY
                && retries.may(draft, repair, failure, step.effects())) {
            draft.repair(repair.asking(Asking.BREAKER));
            draft.act(new RunAction.AskBreaker(step.id(), failure.failureClass()));
        } else if (draft.ladder() == Ladder.V3) {
            giveUp(draft, "retrying does not help");
        } else if (repair.phase() != Phase.REPLAN
                && (step.effects() != Effects.ONCE || state.isAbsent())) {
            search(draft);
        } else if (state.alternative() < course.step(repair.step()).alternatives().size()) {
            draft.repair(repair.replanned());
            askBudget(draft, Phase.REPLAN, "an alternative is declared");
        } else {
            giveUp(draft, "no patch and no alternative is left");
        }
    }

    private boolean spent(Draft draft, Repair repair) {
        return draft.step(repair.step()).repairs() >= draft.limits().attemptsPerStep();
    }

    /** Executes the step again, because what it was given is another now. */
    void again(Draft draft, String why) {
        if (spent(draft, repair(draft))) {
            climb(draft);
        } else {
            askBudget(draft, Phase.RETRY, why);
        }
    }

    private void askBudget(Draft draft, Phase phase, String why) {
        var repair = repair(draft);
        draft.repair(repair.in(phase, Asking.BUDGET));
        if (!draft.affords(draft.price(repair.next()))) {
            lacksMoney(draft, repair, phase);
            return;
        }
        if (draft.books().attempts() >= draft.limits().attempts()) {
            exhausted(draft, "attempts");
            return;
        }
        if (phase != Phase.PATCH) {
            draft.tell(Note.Kind.PHASE_ENTERED, id(repair), 0, phase, why);
        }
        draft.act(new RunAction.AskBudget(id(repair)));
    }

    /** Others may need less than they have set aside; until then nothing can be decided. */
    private void lacksMoney(Draft draft, Repair repair, Phase phase) {
        if (draft.overspent() || draft.books().reservedNanoUsd() == 0) {
            exhausted(draft, "cost");
            return;
        }
        draft.repair(repair.in(phase, Asking.MONEY));
        if (repair.asking() != Asking.MONEY) {
            draft.tell(
                    Note.Kind.REMARK,
                    id(repair),
                    0,
                    phase,
                    "waits for money that other steps have set aside");
        }
    }

    /** Asks again for what there was no money for. */
    void goOn(Draft draft) {
        var repair = draft.repair();
        if (repair != null && repair.asking() == Asking.MONEY) {
            askBudget(draft, repair.phase(), "there is money for it now");
        }
    }

    private void exhausted(Draft draft, String budget) {
        draft.exhausted(budget);
        giveUp(draft, "the %s budget is exhausted".formatted(budget));
    }

    void breakerAnswered(Draft draft, BreakerAnswered answer) {
        var repair = draft.repair();
        if (repair == null
                || repair.asking() != Asking.BREAKER
                || !id(repair).equals(answer.step())
                || failure(draft.step(repair.step())).failureClass() != answer.failureClass()) {
            return;
        }
        if (answer.permitted()) {
            askBudget(draft, Phase.RETRY, "the failure may be transient");
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
            if (answer.exhausted() == null) {
                draft.act(new RunAction.ReleaseAttempt());
            }
            return;
        }
        if (answer.exhausted() != null) {
            exhausted(draft, answer.exhausted());
            return;
        }
        if (!draft.affords(draft.price(repair.next()))) { // not while one turn asks and answers
            draft.act(new RunAction.ReleaseAttempt());
            lacksMoney(draft, repair, repair.phase());
            return;
        }
        draft.books().countAttempt();
        draft.books().count(repair.phase());
        draft.put(repair.step(), draft.step(repair.step()).charged());
        draft.repair(repair.asking(Asking.ATTEMPT));
        switch (repair.phase()) {
            case RETRY -> retry(draft, repair);
            case PATCH -> {
                var patch = Objects.requireNonNull(repair.proof().candidate(), "candidate");
                attempts.start(
                        draft,
                        repair.step(),
                        Phase.PATCH,
                        Duration.ZERO,
                        "proof of: " + patch.title());
            }
            case REPLAN -> replan(draft, repair);
            case ROLLBACK -> throw new IllegalStateException("rollback takes no attempt");
        }
    }

    private void retry(Draft draft, Repair repair) {
        if (repair.redoing() != null) {
            attempts.start(
                    draft,
                    repair.redoing(),
                    Phase.RETRY,
                    Duration.ZERO,
                    "again on the merged input");
            return;
        }
        var state = draft.step(repair.step());
        var failure = failure(state);
        var inputChanged =
                state.patches() < draft.patches().size()
                        || failure.rule().equals(Retries.INPUT_CONFLICT);
        draft.repair(repair.retried(failure.fingerprint()));
        attempts.start(
                draft,
                repair.step(),
                Phase.RETRY,
                inputChanged ? Duration.ZERO : retries.backoff(draft, repair, failure),
                "retry");
    }

    private void replan(Draft draft, Repair repair) {
        var position = repair.step();
        draft.put(position, draft.step(position).replanned());
        draft.tell(
                Note.Kind.REPLANNED,
                id(repair),
                draft.step(position).attempt() + 1,
                Phase.REPLAN,
                "alternative %s of %s"
                        .formatted(
                                draft.step(position).alternative(),
                                course.step(position).alternatives().size()));
        attempts.start(draft, position, Phase.REPLAN, Duration.ZERO, "replan");
    }

    // --- patches

    private void search(Draft draft) {
        var repair = repair(draft);
        draft.repair(repair.searching());
        draft.tell(Note.Kind.PHASE_ENTERED, id(repair), 0, Phase.PATCH, "looking for a patch");
        draft.books().dispatch(mend(draft), repair.step(), Duration.ZERO);
    }

    Task mend(Draft draft) {
        return tasks.mend(draft, repair(draft));
    }

    void patchProposed(Draft draft, PatchProposed proposed) {
        var repair = settleMend(draft, proposed.step(), proposed.attempt(), proposed.usage());
        if (repair == null) {
            return;
        }
        var patch = proposed.patch();
        refusals(draft, proposed.step(), proposed.refused());
        if (repair.tried().contains(patch.id())
                || (patch instanceof TreePatch && !course.hasWorkspace())) {
            refusals(draft, proposed.step(), List.of(patch.title() + ": cannot be tried (again)"));
            noPatch(draft);
            return;
        }
        draft.repair(repair.trying(patch));
        draft.tell(
                Note.Kind.PATCH_TRIED,
                proposed.step(),
                draft.step(repair.step()).attempt() + 1,
                Phase.PATCH,
                "%s: %s".formatted(lower(patch.source()), patch.title()),
                patch instanceof TreePatch tree ? tree.diff() : null);
        askBudget(draft, Phase.PATCH, patch.title());
    }

    void patchNotFound(Draft draft, PatchNotFound none) {
        if (settleMend(draft, none.step(), none.attempt(), none.usage()) != null) {
            refusals(draft, none.step(), none.refused());
            noPatch(draft);
        }
    }

    private void noPatch(Draft draft) {
        var repair = repair(draft);
        if (repair.proof().stack().isEmpty()) {
            draft.repair(repair.in(Phase.REPLAN, Asking.BUDGET));
            draft.tell(Note.Kind.REMARK, id(repair), 0, Phase.PATCH, "no patch is known");
        } else {
            proofs.drop(draft, "no patch is known for what failed next");
        }
        climb(draft);
    }

    private @Nullable Repair settleMend(Draft draft, String step, int number, Usage usage) {
        var task = draft.books().settle(tasks.key(TaskKind.MEND, step, number), usage);
        var repair = draft.repair();
        return task == null || repair == null || repair.asking() != Asking.PATCH ? null : repair;
    }

    private void refusals(Draft draft, String step, List<String> refused) {
        refused.forEach(line -> draft.tell(Note.Kind.PATCH_REFUSED, step, 0, Phase.PATCH, line));
    }

    private void giveUp(Draft draft, String why) {
        var repair = repair(draft);
        var latest = draft.step(repair.step());
        proofs.drop(draft, why);
        draft.put(repair.step(), latest);
        failed(draft, repair, why);
        attempts.giveUp(draft, repair.step(), why);
    }

    /** Closes the repair without success. */
    void failed(Draft draft, Repair repair, String why) {
        draft.tell(
                Note.Kind.REPAIR_FAILED,
                id(repair),
                draft.step(repair.step()).attempt(),
                repair.phase(),
                why);
        draft.act(new RunAction.CountRepair(repair.phase(), false, since(draft, repair)));
        draft.repair(null);
    }

    static Duration since(Draft draft, Repair repair) {
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
        return value.name().toLowerCase(Locale.ROOT);
    }
}
