package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunEvent.BegunAnswered;
import dev.kintsugi.client.event.RunEvent.BreakerAnswered;
import dev.kintsugi.client.event.RunEvent.BudgetAnswered;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.ConditionAnswered;
import dev.kintsugi.client.event.RunEvent.Delivered;
import dev.kintsugi.client.event.RunEvent.DeliveryFailed;
import dev.kintsugi.client.event.RunEvent.EffectAnswered;
import dev.kintsugi.client.event.RunEvent.EffectReconciled;
import dev.kintsugi.client.event.RunEvent.Faulted;
import dev.kintsugi.client.event.RunEvent.LateCost;
import dev.kintsugi.client.event.RunEvent.Origin;
import dev.kintsugi.client.event.RunEvent.PatchNotFound;
import dev.kintsugi.client.event.RunEvent.PatchProposed;
import dev.kintsugi.client.event.RunEvent.Promoted;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunEvent.TimerFired;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunEvent.WaitBegun;
import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.client.event.RunEvent.WorkspaceFailed;
import dev.kintsugi.client.event.RunEvent.WorkspaceReady;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.TaskResult.Verdict;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a run does next: {@code decide(state, envelope, event) → (state, actions)}. Pure:
 * the same arguments give the same decision, in any JVM. What it cannot know (a budget, a breaker,
 * a patch) it asks for by an action; the answer comes back as an event. An event about work that is
 * no longer on the books changes nothing.
 */
public final class RunMachine {
    /** Most tasks of one run in the queue and with workers at once. */
    public static final int MAX_IN_FLIGHT = 1_000;

    /**
     * How often a task may be lost by workers before that counts as a failure (DESIGN ruling 1).
     */
    public static final int MAX_REDISPATCHES = 20;

    private static final int MAX_PREPARATIONS = 3;
    private static final int MAX_DELIVERIES = 3;
    private static final Duration PAUSE_BETWEEN_PREPARATIONS = Duration.ofSeconds(2);

    private final Course course;
    private final Tasks tasks;
    private final Attempts attempts;
    private final Rungs rungs;
    private final Repairs repairs;
    private final Doubts doubts;
    private final Endings endings;
    private final Waiting waiting;

    public RunMachine(Course course) {
        this.course = course;
        this.tasks = new Tasks(course);
        this.attempts = new Attempts(course, tasks);
        var proofs = new Proofs(course, tasks);
        this.rungs = new Rungs(course, tasks, attempts, proofs);
        this.repairs = new Repairs(course, tasks, attempts, proofs, rungs);
        this.doubts = new Doubts(course, tasks, attempts, repairs);
        this.endings = new Endings(course, tasks, repairs, doubts);
        this.waiting = new Waiting(course, repairs, endings, this::redispatch);
    }

    /** What follows from the event. A run that has ended only learns what it cost besides. */
    public Decision decide(RunState state, Envelope envelope, RunEvent event) {
        var late = event instanceof LateCost;
        if ((state.status().isFinal() && !late) || unfit(state, event)) {
            return new Decision(state, List.of());
        }
        var draft = new Draft(course, envelope, state);
        switch (event) {
            case RunAccepted accepted -> accept(draft, accepted);
            case WorkspaceReady ready -> workspaceReady(draft, ready);
            case WorkspaceFailed failed -> workspaceFailed(draft, failed);
            case StepSucceeded succeeded -> stepSucceeded(draft, succeeded);
            case StepFailed failed -> stepFailed(draft, failed);
            case TaskLost lost -> taskLost(draft, lost);
            case PatchProposed proposed -> rungs.patchProposed(draft, proposed);
            case PatchNotFound none -> rungs.patchNotFound(draft, none);
            case RecheckEnded ended -> repairs.recheckEnded(draft, ended);
            case BudgetAnswered answer -> rungs.budgetAnswered(draft, answer);
            case BreakerAnswered answer -> rungs.breakerAnswered(draft, answer);
            case UndoEnded ended -> endings.undoEnded(draft, ended);
            case ApprovalAnswered answer -> endings.approvalAnswered(draft, answer);
            case Delivered delivered -> delivered(draft, delivered);
            case DeliveryFailed failed -> deliveryFailed(draft, failed);
            case TimerFired fired -> endings.timerFired(draft, fired.timer());
            case CancelRequested cancel -> endings.cancel(draft, cancel.by());
            case LateCost cost -> draft.books().pay(0, cost.usage().costNanoUsd());
            case BegunAnswered answer -> endings.begunAnswered(draft, answer);
            case ConditionAnswered answer -> conditionAnswered(draft, answer);
            case EffectAnswered answer -> doubts.answered(draft, answer);
            case EffectReconciled answer -> doubts.reconciled(draft, answer);
            case WaitBegun begun -> waiting.begun(draft, begun);
            case WaitEnded ended -> waiting.ended(draft, ended);
            case Promoted promoted -> promote(draft, promoted.by());
            case Faulted fault -> faulted(draft, fault);
        }
        if (!state.status().isFinal()) {
            stopOverspent(draft);
            advance(draft);
            waiting.giveBack(draft);
        }
        return draft.decided();
    }

    /** A run is accepted once, and before that it can only be cancelled. */
    private static boolean unfit(RunState state, RunEvent event) {
        var accepted = state.status() != RunStatus.QUEUED || state.clock().since() != null;
        return event instanceof RunAccepted
                ? accepted
                : !accepted && !(event instanceof CancelRequested);
    }

    /** Hands out what may run now and finds out where the run stands. */
    private void advance(Draft draft) {
        if (draft.status().isFinal()
                || draft.status() == RunStatus.ROLLING_BACK
                || draft.rollback() != null) {
            return;
        }
        repairs.openNext(draft);
        var unpaid = dispatchReady(draft) || repairs.lacksMoney(draft);
        if (unpaid && !draft.failing() && draft.books().reservedNanoUsd() == 0) {
            stopUnpaid(draft); // nothing that is in flight will give any back
        }
        if (draft.failing()) {
            waiting.withdraw(draft);
        }
        endings.conclude(draft);
    }

    /** Says whether there is a step that the budget has no money for now. */
    private boolean dispatchReady(Draft draft) {
        if (draft.failing() || (course.hasWorkspace() && draft.base() == null)) {
            return false;
        }
        // a repair that waits for an answer will need room for one task, and its price
        var repair = draft.repair();
        var room = repair == null ? MAX_IN_FLIGHT : MAX_IN_FLIGHT - 1;
        var kept = repair != null && repair.undecided() ? draft.price(repair.next()) : 0;
        var unpaid = false;
        for (var position : draft.ready()) {
            if (draft.books().tasks().size() >= room) {
                break;
            }
            var price = draft.price(position);
            if (price == 0 || draft.affords(price + kept)) {
                draft.takeReady(position);
                attempts.begin(draft, position);
            } else {
                unpaid |= !draft.affords(price);
            }
        }
        return unpaid;
    }

    private void accept(Draft draft, RunAccepted accepted) {
        draft.climb(accepted.ladder());
        draft.limit(accepted.limits());
        draft.startClock();
        if (accepted.origin() != null) {
            takeOver(draft, accepted.origin());
        }
        for (var position = 0; position < course.size(); position++) {
            var step = draft.step(position);
            if (step.status() == StepState.Status.PENDING && step.unmet() == 0) {
                attempts.needsMet(draft, position);
            }
        }
        if (course.hasWorkspace()) {
            draft.books().dispatch(tasks.prepare(draft, 1), -1, Duration.ZERO);
        } else {
            draft.become(RunStatus.RUNNING, null);
        }
    }

    private void takeOver(Draft draft, Origin origin) {
        var patches = origin.patches().size();
        for (var taken : origin.steps()) {
            attempts.takeOver(draft, course.position(taken.step()), taken, patches);
        }
        for (var taken : origin.patches()) {
            var position = course.position(taken.step());
            draft.accept(new RunState.AcceptedPatch(taken.patch(), position, taken.attempt()));
        }
        if (origin.base() != null) {
            draft.begunBy(origin);
        }
        draft.tell(
                Note.Kind.REMARK,
                null,
                0,
                null,
                "takes over %d step(s) of run %s".formatted(origin.steps().size(), origin.run()));
    }

    private void workspaceReady(Draft draft, WorkspaceReady ready) {
        if (draft.books().settleKind(TaskKind.PREPARE, ready.usage()) == null) {
            return;
        }
        draft.startFrom(ready.commit());
        ready.remarks().forEach(remark -> draft.tell(Note.Kind.REMARK, null, 0, null, remark));
        draft.become(RunStatus.RUNNING, null);
    }

    private void workspaceFailed(Draft draft, WorkspaceFailed failed) {
        var task = draft.books().settleKind(TaskKind.PREPARE, failed.usage());
        if (task == null) {
            return;
        }
        if (failed.failure().maybeTransient()
                && task.attempt() < MAX_PREPARATIONS
                && !draft.failing()) {
            draft.books()
                    .dispatch(
                            tasks.prepare(draft, task.attempt() + 1),
                            -1,
                            PAUSE_BETWEEN_PREPARATIONS);
        } else {
            draft.fail("the workspace cannot be had: " + failed.failure().message());
        }
    }

    private void stepSucceeded(Draft draft, StepSucceeded done) {
        var key = tasks.key(TaskKind.STEP, done.step(), done.attempt());
        var task = draft.books().settle(key, done.usage());
        if (task == null) {
            return;
        }
        done.remarks()
                .forEach(remark ->
                        draft.tell(Note.Kind.REMARK, done.step(), done.attempt(), null, remark));
        Doubts.keep(draft, task.step(), done.receipt());
        repairs.stepSucceeded(draft, task, done);
    }

    private void stepFailed(Draft draft, StepFailed failed) {
        var key = tasks.key(TaskKind.STEP, failed.step(), failed.attempt());
        var task = draft.books().settle(key, failed.usage());
        if (task != null && !doubts.failed(draft, task, failed)) {
            repairs.stepFailed(draft, task, failed);
        }
    }

    /** What is done already is not made undone by what it cost. */
    private void stopOverspent(Draft draft) {
        if (draft.overspent() && !draft.failing() && !draft.isDone()) {
            stopUnpaid(draft);
        }
    }

    private void stopUnpaid(Draft draft) {
        draft.exhausted("cost");
        repairs.abandon(draft, "the cost budget is exhausted");
    }

    private void taskLost(Draft draft, TaskLost lost) {
        var key = tasks.key(lost.kind(), lost.step(), lost.attempt());
        var task = draft.books().tasks().get(key);
        if (task == null) {
            return;
        }
        if (lost.started() && Doubts.isOnce(draft, task)) {
            draft.books().settle(key, Usage.NONE);
            doubts.lost(draft, task, lost);
        } else if (task.lost() >= MAX_REDISPATCHES) {
            failLost(draft, lost);
        } else {
            draft.books().lost(key, task);
            redispatch(draft, task);
        }
    }

    private void redispatch(Draft draft, RunState.TaskRef task) {
        var again =
                switch (task.kind()) {
                    case PREPARE -> tasks.prepare(draft, task.attempt());
                    case STEP ->
                            tasks.attempt(
                                    draft,
                                    task.step(),
                                    task.attempt(),
                                    attempts.proving(draft, task.step()));
                    case RECHECK -> repairs.recheck(draft, task);
                    case MEND -> rungs.mend(draft);
                    case UNDO -> tasks.undo(draft, task.step(), task.attempt());
                    case DELIVER -> tasks.deliver(draft, task.attempt());
                    case RECONCILE -> tasks.reconcile(draft, task.step());
                };
        draft.books().dispatch(again, task.step(), Duration.ZERO);
    }

    private void failLost(Draft draft, TaskLost lost) {
        var failure =
                new Failure(
                        FailureCategory.RESOURCE,
                        FailureClass.INFRA,
                        Severity.HIGH,
                        "worker-lost",
                        "0000000000000001",
                        "%s workers in a row lost this task, the last one because: %s"
                                .formatted(MAX_REDISPATCHES + 1, lost.reason()),
                        false,
                        null,
                        new TreeMap<>());
        var nothing = Usage.NONE;
        switch (lost.kind()) {
            case PREPARE -> workspaceFailed(draft, new WorkspaceFailed(failure, nothing));
            case STEP ->
                    stepFailed(
                            draft,
                            new StepFailed(lost.step(), lost.attempt(), failure, null, nothing));
            case RECHECK ->
                    repairs.recheckEnded(
                            draft, new RecheckEnded(lost.step(), lost.attempt(), failure, nothing));
            case MEND ->
                    rungs.patchNotFound(
                            draft,
                            new PatchNotFound(
                                    lost.step(),
                                    lost.attempt(),
                                    List.of(failure.message()),
                                    nothing));
            case UNDO ->
                    endings.undoEnded(
                            draft, new UndoEnded(lost.step(), lost.attempt(), failure, nothing));
            case DELIVER -> deliveryFailed(draft, new DeliveryFailed(failure, nothing));
            case RECONCILE ->
                    doubts.reconciled(
                            draft,
                            new EffectReconciled(
                                    lost.step(),
                                    lost.attempt(),
                                    Verdict.UNKNOWN,
                                    null,
                                    failure.message(),
                                    nothing));
        }
    }

    private void delivered(Draft draft, Delivered delivered) {
        if (draft.books().settleKind(TaskKind.DELIVER, delivered.usage()) != null) {
            draft.deliveredTo(delivered.branch());
            draft.become(RunStatus.SUCCEEDED, null);
        }
    }

    private void deliveryFailed(Draft draft, DeliveryFailed failed) {
        var task = draft.books().settleKind(TaskKind.DELIVER, failed.usage());
        if (task == null) {
            return;
        }
        if (failed.failure().maybeTransient() && task.attempt() < MAX_DELIVERIES) {
            draft.books()
                    .dispatch(
                            tasks.deliver(draft, task.attempt() + 1),
                            -1,
                            PAUSE_BETWEEN_PREPARATIONS);
        } else {
            draft.fail("the work is done but cannot be delivered: " + failed.failure().message());
        }
    }

    private void conditionAnswered(Draft draft, ConditionAnswered answer) {
        attempts.conditionAnswered(draft, answer);
        if (draft.failing()) {
            repairs.abandon(draft, "the run fails: " + draft.reason());
        }
    }

    private void faulted(Draft draft, Faulted fault) {
        var why =
                "a fault of Kintsugi: it could not take up %s: %s"
                        .formatted(fault.event(), fault.reason());
        repairs.abandon(draft, why);
        draft.fail(why);
    }

    private void promote(Draft draft, String by) {
        if (draft.ladder() != Ladder.V4) {
            draft.climb(Ladder.V4);
            draft.tell(
                    Note.Kind.REMARK, null, 0, null, "promoted to the four-phase ladder by " + by);
        }
    }

    /** Whether the step waits for locks or other runs. */
    public boolean isWaiting(RunState state, int position) {
        var hold = state.holds().get(position);
        return hold != null && hold.waits();
    }

    /**
     * Keys of the run's tasks that are in the queue or with workers: not those whose step waits.
     */
    public List<String> handedOut(RunState state) {
        return state.tasks().entrySet().stream()
                .filter(task -> !Holds.holdUp(state.holds(), task.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether tasks of that kind are done under their step's locks. */
    public static boolean isUnderLocks(TaskKind kind) {
        return Holds.concerns(kind);
    }

    /** Where a step stands in a state. */
    public StepState step(RunState state, int position) {
        var known = state.steps().get(position);
        return known == null ? StepState.waitingFor(course.step(position).needs().size()) : known;
    }

    /** Whether the run's working time goes on. */
    public boolean isWorking(RunState state) {
        return state.clock().since() != null;
    }

    /** The run's working time up to now, in milliseconds. */
    public long workingMillis(RunState state, Instant now) {
        return state.clock().spentMillis(now);
    }

    /** Why the run ended, waits, or is about to end; null while all is well. */
    public @Nullable String reason(RunState state) {
        return endings.reason(state);
    }

    /** What a waiting run asks a human to approve; null when it asks nothing. */
    public @Nullable Approval question(RunState state) {
        return endings.question(state);
    }
}
