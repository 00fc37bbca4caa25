package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.ConditionAnswered;
import dev.kintsugi.client.event.RunEvent.TakenStep;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Hands attempts of steps out and books their success. */
final class Attempts {
    private final Course course;
    private final Tasks tasks;

    Attempts(Course course, Tasks tasks) {
        this.course = course;
        this.tasks = tasks;
    }

    /** Hands the step out as its needs are met, or once more because it did not happen. */
    void begin(Draft draft, int position) {
        var first = draft.step(position).attempt() == 0;
        start(draft, position, null, Duration.ZERO, first ? "first attempt" : "once more");
    }

    /**
     * Hands one more attempt out; {@code phase} is null for one that is no repair and was not
     * reserved.
     */
    void start(Draft draft, int position, @Nullable Phase phase, Duration delay, String why) {
        var number = draft.step(position).attempt() + 1;
        draft.put(position, draft.step(position).started(number, draft.patches().size()));
        var wait =
                delay.isZero()
                        ? ""
                        : String.format(Locale.ROOT, " in %.1f s", delay.toMillis() / 1000.0);
        draft.tell(Note.Kind.STEP_QUEUED, course.step(position).id(), number, phase, why + wait);
        if (draft.definition(position).effects() == Effects.ONCE) {
            tellEffect(draft, position, Note.Kind.EFFECT_INTENDED, "to take effect once");
        }
        var task = tasks.attempt(draft, position, number, proving(draft, position));
        draft.books().dispatch(task, position, delay);
        if (phase != null) {
            draft.books().reserved(task.key(), phase, delay);
        }
    }

    /** Says what becomes of a step's effect, with its key. */
    void tellEffect(Draft draft, int position, Note.Kind kind, String text) {
        draft.tell(
                kind,
                course.step(position).id(),
                draft.step(position).attempt(),
                null,
                text,
                tasks.effectKey(draft, position));
    }

    /** The patches that an attempt of this step is to prove; empty when it proves none. */
    List<Patch> proving(Draft draft, int position) {
        var repair = draft.repair();
        return repair != null && repair.step() == position ? repair.proof().patches() : List.of();
    }

    /** The step is done: its dependents come a step nearer. */
    void complete(Draft draft, int position, @Nullable String commit, @Nullable String output) {
        draft.put(position, draft.step(position).succeeded(commit, output));
        draft.complete(position);
        if (draft.definition(position).effects() == Effects.ONCE) {
            var receipt = draft.step(position).once().receipt();
            tellEffect(
                    draft,
                    position,
                    Note.Kind.EFFECT_SETTLED,
                    receipt == null
                            ? "took effect, no receipt"
                            : "took effect, receipt: " + receipt);
        }
        done(draft, position);
    }

    /**
     * The step has the result of an earlier run; what then is nearer is looked at once all are
     * taken over.
     */
    void takeOver(Draft draft, int position, TakenStep taken, int patches) {
        var state = draft.step(position).succeeded(taken.commit(), taken.output());
        draft.put(
                position,
                state.seeing(patches)
                        .with(
                                taken.receipt() == null
                                        ? state.once()
                                        : state.once().receipted(taken.receipt())));
        draft.complete(position);
        for (var dependent : course.dependents(position)) {
            draft.put(dependent, draft.step(dependent).needMet());
        }
    }

    /** The step counts as done without having succeeded. */
    void pass(Draft draft, int position, StepState.Status status) {
        draft.put(position, draft.step(position).with(status));
        draft.pass(position);
        done(draft, position);
    }

    private void done(Draft draft, int position) {
        for (var dependent : course.dependents(position)) {
            var state = draft.step(dependent).needMet();
            draft.put(dependent, state);
            if (state.unmet() == 0 && state.status() == StepState.Status.PENDING) {
                needsMet(draft, dependent); // one that was taken over is done already
            }
        }
    }

    /** The step may be done now, if its condition holds. */
    void needsMet(Draft draft, int position) {
        var step = course.step(position);
        var when = step.when();
        if (when == null) {
            draft.makeReady(position);
            return;
        }
        var statuses = new TreeMap<String, String>();
        var outputs = new TreeMap<String, String>();
        for (var id : when.steps()) {
            var state = draft.step(course.position(id));
            statuses.put(id, state.status().name().toLowerCase(Locale.ROOT));
            if (state.output() != null) {
                outputs.put(id, state.output());
            }
        }
        draft.act(new RunAction.AskCondition(step.id(), when, statuses, outputs));
    }

    void conditionAnswered(Draft draft, ConditionAnswered answer) {
        var position = course.position(answer.step());
        if (position < 0 || !isUndecided(draft, position)) {
            return;
        }
        if (answer.problem() != null) {
            draft.put(position, draft.step(position).broken(untold(answer.problem()), null));
            giveUp(draft, position, "nothing can be done about it");
        } else if (answer.holds()) {
            draft.makeReady(position);
        } else {
            draft.tell(
                    Note.Kind.REMARK,
                    answer.step(),
                    0,
                    null,
                    "skipped: its condition does not hold");
            pass(draft, position, StepState.Status.SKIPPED);
        }
    }

    private static boolean isUndecided(Draft draft, int position) {
        var state = draft.step(position);
        return state.status() == StepState.Status.PENDING
                && state.unmet() == 0
                && state.attempt() == 0
                && !draft.ready().contains(position);
    }

    private static Failure untold(String problem) {
        return new Failure(
                FailureCategory.CONFIGURATION,
                FailureClass.RUNTIME,
                Severity.MEDIUM,
                "step.condition",
                "0000000000000002",
                "its condition cannot be told: " + problem,
                false,
                null,
                new TreeMap<>());
    }

    /**
     * The step has failed for good: the run goes on without it where its plan says so, unless the
     * run is ending anyway or the failure is one of security.
     */
    void giveUp(Draft draft, int position, String why) {
        var step = course.step(position);
        var failure = Objects.requireNonNull(draft.step(position).failure(), "failure");
        if (step.isDispensable()
                && !draft.failing()
                && failure.failureClass() != FailureClass.SECURITY) {
            draft.tell(
                    Note.Kind.REMARK,
                    step.id(),
                    0,
                    null,
                    "failed (%s); the run goes on without it".formatted(failure.message()));
            pass(draft, position, StepState.Status.FAILED);
        } else {
            draft.put(position, draft.step(position).with(StepState.Status.FAILED));
            draft.fail("step %s failed: %s; %s".formatted(step.id(), failure.message(), why));
        }
    }
}
