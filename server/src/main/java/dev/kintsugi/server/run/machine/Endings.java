package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunEvent.BegunAnswered;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.healing.FailureClass;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * How a run comes to an end: success and delivery, failure, rollback with approval, cancellation,
 * time up.
 */
final class Endings {
    /** How often one compensation is tried. */
    static final int MAX_UNDO_TRIES = 3;

    /** How many steps one sentence names. */
    private static final int MAX_NAMED = 5;

    static final String DEADLINE = "deadline";
    static final String SLO = "slo";
    static final String APPROVAL = "approval";

    private final Course course;
    private final Tasks tasks;
    private final Repairs repairs;
    private final Doubts doubts;

    Endings(Course course, Tasks tasks, Repairs repairs, Doubts doubts) {
        this.course = course;
        this.tasks = tasks;
        this.repairs = repairs;
        this.doubts = doubts;
    }

    /** Finds out where the run stands once everything that can be handed out is. */
    void conclude(Draft draft) {
        if (draft.failing()) {
            if (draft.books().tasks().isEmpty()) {
                fail(draft);
            } else if (draft.status() == RunStatus.WAITING) { // what is in flight may finish
                draft.become(RunStatus.RUNNING, null);
            }
        } else if (draft.isDone() && draft.status() != RunStatus.QUEUED) {
            finish(draft);
        } else if (draft.standsStill() && effectsAreUnknown(draft)) {
            askEffects(draft, asked(draft.steps(), false));
        } else if (draft.standsStill() && !draft.books().tasks().isEmpty()) {
            draft.become(RunStatus.WAITING, draft.heldUpBy());
        } else if (draft.repair() != null) {
            draft.become(RunStatus.REPAIRING, null);
        } else if (draft.status() != RunStatus.QUEUED) {
            draft.become(RunStatus.RUNNING, null);
        }
    }

    private static boolean effectsAreUnknown(Draft draft) {
        var repair = draft.repair();
        return (repair == null
                        || draft.step(repair.step()).status() == StepState.Status.EFFECT_UNKNOWN)
                && draft.steps().values().stream()
                        .anyMatch(step -> step.status() == StepState.Status.EFFECT_UNKNOWN);
    }

    /**
     * Steps of which a human has to say whether they happened; of a failing run only those that it
     * would have to undo.
     */
    private List<String> asked(SortedMap<Integer, StepState> steps, boolean failing) {
        var found = new ArrayList<String>();
        steps.forEach((position, step) -> {
            var written = course.step(position);
            if (step.status() == StepState.Status.EFFECT_UNKNOWN
                    && (!failing || written.undo() != null)) {
                found.add(written.id());
            }
        });
        return found;
    }

    private void askEffects(Draft draft, List<String> steps) {
        if (draft.waitingFor() != WaitingFor.EFFECT_UNKNOWN) {
            var why = question(draft.reason(), steps);
            draft.act(new RunAction.AskEffects(steps, why));
            draft.become(RunStatus.WAITING, WaitingFor.EFFECT_UNKNOWN, why);
        }
    }

    private String question(@Nullable String reason, List<String> steps) {
        var asked =
                "nobody knows whether %s took effect; answer with kintsugi resume %s --step %s --happened or --no-happened"
                        .formatted(
                                named(steps),
                                course.run(),
                                steps.size() == 1 ? steps.getFirst() : "STEP");
        return reason == null ? asked : reason + "; " + asked;
    }

    /** Why the run ended, waits, or is about to end; null while all is well. */
    @Nullable String reason(RunState state) {
        return switch (state.waitingFor()) {
            case EFFECT_UNKNOWN -> question(state.reason(), asked(state.steps(), state.failing()));
            case LOCK, RUN -> waiting(state);
            case APPROVAL -> state.reason();
            case null -> state.reason();
        };
    }

    private String waiting(RunState state) {
        var steps = new ArrayList<String>();
        state.holds()
                .forEach((position, hold) -> {
                    if (hold.waits()) {
                        steps.add(course.step(position).id());
                    }
                });
        var what = state.waitingFor() == WaitingFor.LOCK ? "locks" : "other runs";
        return "%s: kintsugi waits tells for which %s".formatted(named(steps), what);
    }

    private static String named(List<String> steps) {
        var some = String.join(", ", steps.subList(0, Math.min(MAX_NAMED, steps.size())));
        return steps.size() <= MAX_NAMED
                ? some
                : "%s and %s more".formatted(some, steps.size() - MAX_NAMED);
    }

    /** What may have happened decides what is to be undone, so that is asked first. */
    private void fail(Draft draft) {
        var asked = asked(draft.steps(), true);
        if (draft.ladder() == Ladder.V4 && !asked.isEmpty()) {
            askEffects(draft, asked);
        } else {
            offerRollback(draft);
        }
    }

    private void finish(Draft draft) {
        var failed =
                draft.passed().stream()
                        .filter(step -> draft.step(step).status() == StepState.Status.FAILED)
                        .map(step -> course.step(step).id())
                        .toList();
        if (!failed.isEmpty()) {
            draft.because("went on without what failed: " + named(failed));
        }
        if (!course.delivers()) {
            draft.become(RunStatus.SUCCEEDED, null);
        } else if (draft.books().tasks().isEmpty()) {
            draft.become(RunStatus.RUNNING, null);
            draft.books().dispatch(tasks.deliver(draft, 1), -1, Duration.ZERO);
        }
    }

    private void offerRollback(Draft draft) {
        var undoable = undoable(draft);
        if (draft.ladder() == Ladder.V3 || (undoable.isEmpty() && !insecure(draft))) {
            draft.become(RunStatus.FAILED, null);
            return;
        }
        var expires = draft.now().plusMillis(draft.limits().approvalMillis());
        var undo = describe(undoable);
        var hash = hash(draft, undoable);
        var approval = new Approval(hash, undo, String.valueOf(draft.reason()), expires);
        draft.rollback(new Rollback(hash, undoable, 0, expires));
        draft.act(new RunAction.AskApproval(approval));
        draft.act(new RunAction.StartTimer(APPROVAL, expires));
        draft.tell(
                Note.Kind.APPROVAL_NEEDED,
                null,
                0,
                Phase.ROLLBACK,
                undo.isEmpty()
                        ? "nothing can be undone: approve to end the run so, deny to let it fail"
                        : "%s step(s) would be undone: %s"
                                .formatted(
                                        undo.size(),
                                        named(undo.stream().map(Approval.Undo::step).toList())),
                hash);
        draft.become(RunStatus.WAITING, WaitingFor.APPROVAL);
    }

    /** A breach of security is a human's to judge, also when nothing can be undone. */
    private static boolean insecure(Draft draft) {
        return draft.steps().values().stream()
                .anyMatch(step ->
                        step.status() == StepState.Status.FAILED
                                && step.failure() != null
                                && step.failure().failureClass() == FailureClass.SECURITY);
    }

    /** Steps completed here that can be compensated, the last one first: not those taken over. */
    private PVector<Integer> undoable(Draft draft) {
        PVector<Integer> found = TreePVector.empty();
        for (var i = draft.completed().size() - 1; i >= 0; i--) {
            var position = draft.completed().get(i);
            if (course.step(position).undo() != null && draft.step(position).attempt() > 0) {
                found = found.plus(position);
            }
        }
        return found;
    }

    private List<Approval.Undo> describe(List<Integer> positions) {
        var undo = new ArrayList<Approval.Undo>();
        for (var position : positions) {
            var step = course.step(position);
            undo.add(new Approval.Undo(step.id(), String.valueOf(step.undo())));
        }
        return undo;
    }

    /** Binds to all that would be done: commands, environment, inputs, outputs, network. */
    private String hash(Draft draft, List<Integer> positions) {
        var undo = positions.stream().map(position -> tasks.undo(draft, position, 1)).toList();
        var bound = Json.canonical(new Bound(course.run(), draft.base(), undo));
        return Sha256.hex(new String(bound, StandardCharsets.UTF_8));
    }

    /** What an approval binds to. */
    private record Bound(String run, @Nullable String base, List<Task> undo) {}

    /** What a waiting run asks a human; null when it asks nothing. */
    @Nullable Approval question(RunState state) {
        var rollback = state.rollback();
        if (state.status() != RunStatus.WAITING
                || rollback == null
                || rollback.expiresAt() == null) {
            return null;
        }
        return new Approval(
                rollback.hash(),
                describe(rollback.steps()),
                String.valueOf(state.reason()),
                rollback.expiresAt());
    }

    void approvalAnswered(Draft draft, ApprovalAnswered answer) {
        var rollback = draft.rollback();
        if (rollback == null || rollback.expiresAt() == null) {
            return;
        }
        if (!draft.now().isBefore(rollback.expiresAt())) {
            approvalLapsed(draft);
            return;
        }
        if (!rollback.hash().equals(answer.hash())) {
            draft.tell(
                    Note.Kind.REMARK,
                    null,
                    0,
                    Phase.ROLLBACK,
                    "an answer by %s was for something else than what would be undone: ignored"
                            .formatted(answer.by()));
            return;
        }
        draft.act(new RunAction.StopTimer(APPROVAL));
        if (answer.approved()) {
            draft.rollback(rollback.answered());
            draft.books().count(Phase.ROLLBACK);
            draft.tell(
                    Note.Kind.REMARK,
                    null,
                    0,
                    Phase.ROLLBACK,
                    "rollback approved by " + answer.by());
            if (!rollback.steps().isEmpty()) {
                draft.become(RunStatus.ROLLING_BACK, null);
            }
            undoNext(draft);
        } else {
            draft.rollback(rollback.answered());
            draft.because(draft.reason() + "; rollback denied by " + answer.by());
            draft.become(RunStatus.FAILED, null);
        }
    }

    private void undoNext(Draft draft) {
        var rollback = draft.rollback();
        if (rollback == null || rollback.steps().isEmpty()) {
            draft.act(new RunAction.CountAttempt(Phase.ROLLBACK, true));
            draft.become(RunStatus.ROLLED_BACK, null);
            return;
        }
        var position = rollback.steps().get(0);
        var attempt = rollback.tries() + 1;
        draft.rollback(rollback.tryAgain());
        draft.tell(
                Note.Kind.UNDO_QUEUED,
                course.step(position).id(),
                attempt,
                Phase.ROLLBACK,
                "undo: " + course.step(position).undo());
        draft.books().dispatch(tasks.undo(draft, position, attempt), position, Duration.ZERO);
    }

    void undoEnded(Draft draft, UndoEnded ended) {
        var task =
                draft.books()
                        .settle(
                                tasks.key(TaskKind.UNDO, ended.step(), ended.attempt()),
                                ended.usage());
        var rollback = draft.rollback();
        if (task == null || rollback == null) {
            return;
        }
        if (ended.failure() == null) {
            draft.put(task.step(), draft.step(task.step()).with(StepState.Status.UNDONE));
            draft.rollback(rollback.next());
            undoNext(draft);
        } else if (rollback.tries() < MAX_UNDO_TRIES) {
            undoNext(draft);
        } else {
            var left =
                    String.join(
                            ", ",
                            describe(rollback.steps()).stream().map(Approval.Undo::step).toList());
            draft.act(new RunAction.CountAttempt(Phase.ROLLBACK, false));
            draft.because(
                    "rollback stopped: undo of step %s failed: %s; still to be undone: %s"
                            .formatted(ended.step(), ended.failure().message(), left));
            draft.become(RunStatus.FAILED, null);
        }
    }

    void timerFired(Draft draft, String timer) {
        switch (timer) {
            case DEADLINE -> timeUp(draft);
            case SLO -> sloPassed(draft);
            case APPROVAL -> approvalLapsed(draft);
            default ->
                    draft.tell(
                            Note.Kind.REMARK,
                            null,
                            0,
                            null,
                            "a timer that nobody waits for fired: " + timer);
        }
    }

    /** Stops the run; what must not happen twice may have happened only where somebody had it. */
    private void timeUp(Draft draft) {
        if (isTimeUp(draft)) {
            var once = new ArrayList<String>();
            draft.books()
                    .tasks()
                    .forEach((key, task) -> {
                        if (Doubts.isOnce(draft, task)) {
                            once.add(key);
                        }
                    });
            if (once.isEmpty()) {
                stop(draft, once);
            } else {
                draft.act(new RunAction.AskBegun(once));
            }
        }
    }

    /** What is done is delivered however late, and a rollback once begun is brought to its end. */
    private boolean isTimeUp(Draft draft) {
        return !draft.isDone()
                && draft.rollback() == null
                && draft.reached(DEADLINE, draft.limits().timeMillis());
    }

    void begunAnswered(Draft draft, BegunAnswered answer) {
        if (isTimeUp(draft)) {
            doubts.settle(draft, answer.receipts());
        }
        if (isTimeUp(draft)) {
            stop(draft, answer.tasks());
        }
    }

    /** Stops what is in flight, also of a run that is failing already. */
    private void stop(Draft draft, List<String> begun) {
        draft.exhausted("time");
        repairs.abandon(draft, "the time budget is exhausted");
        var unknown = new ArrayList<Integer>();
        draft.books()
                .tasks()
                .forEach((key, task) -> {
                    if (Doubts.isOnce(draft, task) && begun.contains(key)) {
                        unknown.add(task.step());
                    } else if (task.kind() == TaskKind.STEP) {
                        draft.put(
                                task.step(), draft.step(task.step()).with(StepState.Status.FAILED));
                    }
                });
        draft.books().cancel(List.copyOf(draft.books().tasks().keySet()));
        unknown.forEach(position -> doubts.doubt(draft, position));
    }

    private void sloPassed(Draft draft) {
        var sla = course.plan().sla();
        if (draft.reached(SLO, sla.limit().toMillis()) && draft.breachSlo()) {
            draft.tell(
                    Note.Kind.SLO_BREACHED,
                    null,
                    0,
                    null,
                    "the %s service level of %s s was missed"
                            .formatted(
                                    sla.name().toLowerCase(java.util.Locale.ROOT),
                                    sla.limit().toSeconds()));
        }
    }

    private void approvalLapsed(Draft draft) {
        var rollback = draft.rollback();
        if (rollback == null || rollback.expiresAt() == null) {
            return;
        }
        if (draft.now().isBefore(rollback.expiresAt())) {
            draft.act(new RunAction.StartTimer(APPROVAL, rollback.expiresAt()));
        } else {
            draft.act(new RunAction.StopTimer(APPROVAL));
            draft.rollback(rollback.answered());
            draft.because(draft.reason() + "; nobody answered the request for rollback in time");
            draft.become(RunStatus.FAILED, null);
        }
    }

    void cancel(Draft draft, String by) {
        var rollback = draft.rollback();
        if (rollback != null && rollback.expiresAt() != null) {
            draft.act(new RunAction.StopTimer(APPROVAL));
            draft.rollback(rollback.answered());
        } else if (rollback != null) {
            draft.act(new RunAction.CountAttempt(Phase.ROLLBACK, false));
        }
        repairs.abandon(draft, "the run is cancelled");
        draft.books().cancel(List.copyOf(draft.books().tasks().keySet()));
        draft.because("cancelled by " + by);
        draft.become(RunStatus.CANCELLED, null);
    }
}
