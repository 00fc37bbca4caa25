package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.TaskKind;

import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a run comes to an end: success and delivery, failure, rollback with approval, cancellation,
 * time up.
 */
final class Endings {
    /** How often one compensation is tried. */
    static final int MAX_UNDO_TRIES = 3;

    static final String DEADLINE = "deadline";
    static final String SLO = "slo";
    static final String APPROVAL = "approval";

    private final Course course;
    private final Tasks tasks;
    private final Repairs repairs;

    Endings(Course course, Tasks tasks, Repairs repairs) {
        this.course = course;
        this.tasks = tasks;
        this.repairs = repairs;
    }

    /** Finds out where the run stands once everything that can be handed out is. */
    void conclude(Draft draft) {
        if (draft.failing()) {
            if (draft.tasks().isEmpty()) {
                fail(draft);
            }
        } else if (draft.completed().size() == course.size()) {
            finish(draft);
        } else if (draft.tasks().isEmpty() && onlyEffectsUnknown(draft)) {
            var lost = unknown(draft).stream().map(position -> course.step(position).id());
            draft.because(
                    "%s may or may not have taken effect; answer with resume"
                            .formatted(lost.collect(Collectors.joining(", "))));
            draft.become(RunStatus.WAITING, WaitingFor.EFFECT_UNKNOWN);
        } else if (draft.repair() != null) {
            draft.become(RunStatus.REPAIRING, null);
        } else if (draft.status() != RunStatus.QUEUED) {
            draft.become(RunStatus.RUNNING, null);
        }
    }

    private boolean onlyEffectsUnknown(Draft draft) {
        var repair = draft.repair();
        return repair == null
                || draft.step(repair.step()).status() == StepState.Status.EFFECT_UNKNOWN;
    }

    private List<Integer> unknown(Draft draft) {
        var found = new ArrayList<Integer>();
        for (var position = 0; position < course.size(); position++) {
            if (draft.step(position).status() == StepState.Status.EFFECT_UNKNOWN) {
                found.add(position);
            }
        }
        return found;
    }

    /** What may have happened decides what is to be undone, so that is asked first. */
    private void fail(Draft draft) {
        if (draft.ladder() == Ladder.V4
                && unknown(draft).stream().anyMatch(step -> course.step(step).undo() != null)) {
            draft.become(RunStatus.WAITING, WaitingFor.EFFECT_UNKNOWN);
        } else {
            offerRollback(draft);
        }
    }

    private void finish(Draft draft) {
        if (!course.delivers()) {
            draft.become(RunStatus.SUCCEEDED, null);
        } else if (draft.tasks().isEmpty()) {
            draft.become(RunStatus.RUNNING, null);
            draft.dispatch(tasks.deliver(draft, 1), -1, Duration.ZERO);
        }
    }

    private void offerRollback(Draft draft) {
        var undoable = undoable(draft);
        if (draft.ladder() == Ladder.V3 || undoable.isEmpty()) {
            draft.become(RunStatus.FAILED, null);
            return;
        }
        var expires = draft.now().plusMillis(draft.limits().approvalMillis());
        var undo = describe(undoable);
        var hash = hash(draft.base(), undo);
        var approval = new Approval(hash, undo, String.valueOf(draft.reason()), expires);
        draft.rollback(new Rollback(hash, undoable, 0, expires));
        draft.act(new RunAction.AskApproval(approval));
        draft.act(new RunAction.StartTimer(APPROVAL, expires));
        draft.tell(
                Note.Kind.APPROVAL_NEEDED,
                null,
                0,
                Phase.ROLLBACK,
                "%s step(s) would be undone: %s"
                        .formatted(
                                undo.size(),
                                String.join(", ", undo.stream().map(Approval.Undo::step).toList())),
                hash);
        draft.become(RunStatus.WAITING, WaitingFor.APPROVAL);
    }

    /** Completed steps that can be compensated, the last one first. */
    private PVector<Integer> undoable(Draft draft) {
        PVector<Integer> found = TreePVector.empty();
        for (var i = draft.completed().size() - 1; i >= 0; i--) {
            if (course.step(draft.completed().get(i)).undo() != null) {
                found = found.plus(draft.completed().get(i));
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

    private String hash(@Nullable String base, List<Approval.Undo> undo) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((course.run() + "\n" + base + "\n").getBytes(StandardCharsets.UTF_8));
            for (var one : undo) {
                var line =
                        one.step().length()
                                + ":"
                                + one.step()
                                + one.command().length()
                                + ":"
                                + one.command();
                digest.update(line.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

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
            draft.count(Phase.ROLLBACK);
            draft.tell(
                    Note.Kind.REMARK,
                    null,
                    0,
                    Phase.ROLLBACK,
                    "rollback approved by " + answer.by());
            draft.become(RunStatus.ROLLING_BACK, null);
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
        draft.dispatch(tasks.undo(draft, position, attempt), position, Duration.ZERO);
    }

    void undoEnded(Draft draft, UndoEnded ended) {
        var task =
                draft.settle(
                        tasks.key(TaskKind.UNDO, ended.step(), ended.attempt()), ended.usage());
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

    private void timeUp(Draft draft) {
        if (draft.failing() || !draft.reached(DEADLINE, draft.limits().timeMillis())) {
            return;
        }
        draft.exhausted("time");
        repairs.abandon(draft, "the time budget is exhausted");
        for (var task : draft.tasks().values()) {
            if (task.kind() == TaskKind.STEP) {
                draft.put(task.step(), draft.step(task.step()).with(StepState.Status.FAILED));
            }
        }
        draft.cancel(List.copyOf(draft.tasks().keySet()));
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
        }
        repairs.abandon(draft, "the run is cancelled");
        draft.cancel(List.copyOf(draft.tasks().keySet()));
        draft.because("cancelled by " + by);
        draft.become(RunStatus.CANCELLED, null);
    }
}
