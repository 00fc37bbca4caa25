package dev.kintsugi.server.simulation;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.run.Audit;
import dev.kintsugi.server.run.RunEngine;
import dev.kintsugi.server.run.machine.RunState;
import dev.kintsugi.server.run.machine.StepState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold after every turn, whatever went wrong. Broken ones are gathered, not thrown into
 * the engine.
 */
final class Invariants {
    private static final int MOST_REPAIRS_OF_A_STEP = 5;

    private final SimulatedTime time;
    private final Map<String, Promise> promises = new HashMap<>();
    private final Map<String, Audit> audits = new HashMap<>();
    private final Set<String> begun = new HashSet<>();
    private final Map<String, Integer> repeats = new HashMap<>();
    private final Map<String, Integer> didNotHappen = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private final Map<String, RunView> views = new HashMap<>();
    private final List<String> broken = new ArrayList<>();
    private final EnumSet<Reached> reached = EnumSet.noneOf(Reached.class);
    private final WorkingTime work;
    private long events;

    /**
     * What a plan says that its run may use, whatever the servers make of it.
     *
     * @param attempts repair attempts
     * @param time of work until the steps are done
     */
    record Promise(int attempts, long costNanoUsd, Duration time) {}

    Invariants(SimulatedTime time) {
        this.time = time;
        work = new WorkingTime(time);
    }

    /** Runs of the plan with this name are held to it. */
    void expect(String plan, Promise promise) {
        promises.put(plan, promise);
    }

    /** A run took up an event. */
    void happened(String run, RunEvent event) {
        events++;
        switch (event) {
            case StepSucceeded done -> once(run, done.step(), done.attempt());
            case StepFailed failed -> once(run, failed.step(), failed.attempt());
            case RunEvent.RecheckEnded ended ->
                    reached(
                            ended.failure() == null
                                    ? Reached.PATCH_RECHECKED
                                    : Reached.PATCH_REJECTED_BY_RECHECK);
            case RunEvent.UndoEnded undo -> reachedIf(undo.failure() != null, Reached.UNDO_FAILED);
            case RunEvent.BreakerAnswered answer ->
                    reachedIf(!answer.permitted(), Reached.RETRY_NOT_PERMITTED);
            case RunEvent.TaskLost lost -> {
                reachedIf(!lost.started(), Reached.NEVER_BEGUN);
                reachedIf(lost.receipt() != null, Reached.SETTLED_BY_RECEIPT);
            }
            case RunEvent.EffectReconciled answer ->
                    reached(
                            switch (answer.verdict()) {
                                case HAPPENED -> Reached.FOUND_TO_HAVE_HAPPENED;
                                case DID_NOT_HAPPEN -> Reached.FOUND_NOT_TO_HAVE_HAPPENED;
                                case UNKNOWN -> Reached.NOT_FOUND_OUT;
                            });
            case RunEvent.EffectAnswered _ -> reached(Reached.EFFECT_ANSWERED);
            case RunEvent.CancelRequested _ -> reached(Reached.CANCEL_ASKED);
            case RunEvent.ApprovalAnswered answer ->
                    reached(answer.approved() ? Reached.APPROVAL_GRANTED : Reached.APPROVAL_DENIED);
            case RunEvent.WaitBegun wait ->
                    wait.on()
                            .forEach(on ->
                                    reached(
                                            on.lock() == null
                                                    ? Reached.RUN_WAITED
                                                    : Reached.LOCK_WAITED));
            case RunEvent.WaitEnded wait ->
                    reachedIf(
                            wait.failure() != null && wait.failure().rule().equals("deadlock"),
                            Reached.DEADLOCK_BROKEN);
            case RunEvent.TimerFired timer ->
                    reachedIf(timer.timer().equals("approval"), Reached.APPROVAL_EXPIRED);
            case RunEvent.Faulted fault -> check(false, "%s: %s".formatted(run, fault.reason()));
            case RunEvent.RunAccepted _,
                    RunEvent.WorkspaceReady _,
                    RunEvent.WorkspaceFailed _,
                    RunEvent.PatchProposed _,
                    RunEvent.PatchNotFound _,
                    RunEvent.Delivered _,
                    RunEvent.DeliveryFailed _,
                    RunEvent.BudgetAnswered _,
                    RunEvent.BegunAnswered _,
                    RunEvent.ConditionAnswered _,
                    RunEvent.LateCost _,
                    RunEvent.Promoted _ -> {}
        }
    }

    private void once(String run, String step, int attempt) {
        var key = run + ":" + step + ":" + attempt;
        check(ended.add(key), "attempt %s ended twice".formatted(key));
    }

    void repairEnded(Phase phase, boolean verified) {
        if (!verified) {
            reached(Reached.REPAIR_FAILED);
            return;
        }
        switch (phase) {
            case RETRY -> reached(Reached.RETRY_VERIFIED);
            case PATCH -> reached(Reached.PATCH_VERIFIED);
            case REPLAN -> reached(Reached.REPLAN_VERIFIED);
            case ROLLBACK -> {}
        }
    }

    /** A turn was committed. Others may have been committed since, and told of before. */
    void turned(String tenant, RunView view, RunEngine engine) {
        var run = view.run();
        var audit = audits.computeIfAbsent(run, _ -> new Audit(tenant, run));
        audit(run, view.name(), audit, engine);
        var before = views.get(run);
        if (before != null && before.seq() > view.seq()) {
            return;
        }
        check(
                before == null || before.seq() < view.seq(),
                "run %s had event %d twice".formatted(run, view.seq()));
        check(
                before == null || !before.status().isFinal(),
                "run %s came back to life".formatted(run));
        views.put(run, view);
        work.stands(run, view.status());
        inTime(run);
        outcome(view);
    }

    /** Whoever looks at a run does not see it work on steps after its time. */
    void inTime(String run) {
        var audit = audits.get(run);
        if (audit == null || !views.containsKey(run)) {
            return;
        }
        var limit = requireNonNull(promises.get(view(run).name())).time;
        var stepsAreDone =
                audit.state().steps().values().stream()
                        .allMatch(step -> step.status() == StepState.Status.SUCCEEDED);
        check(
                stepsAreDone || audit.state().isReconciling() || !work.isOver(run, limit),
                "run %s works since %s, its plan allows %s".formatted(run, work.of(run), limit));
    }

    /** Everything stood still for a night. */
    void slept() {
        reached(Reached.NIGHT);
        heldUp();
    }

    /** Nobody can be blamed for what was due until now. */
    void heldUp() {
        work.slept();
    }

    /** The run has ended: its log folds to its state for an engine that remembers nothing. */
    RunState ended(String tenant, String run, String plan, RunEngine fresh) {
        var audit = audits.computeIfAbsent(run, _ -> new Audit(tenant, run));
        audit(run, plan, audit, fresh);
        return audit.state();
    }

    private void audit(String run, String plan, Audit audit, RunEngine engine) {
        audit.goOn(engine).ifPresent(problem -> check(false, "run %s: %s".formatted(run, problem)));
        spending(run, requireNonNull(promises.get(plan), plan), audit.state());
    }

    /** The budgets of the plan, counted apart from what the engine counts. */
    private void spending(String run, Promise promise, RunState state) {
        var repeated = repeats.getOrDefault(run, 0);
        check(
                repeated <= promise.attempts + didNotHappen.getOrDefault(run, 0),
                "run %s began %d repair attempts, its plan allows %d"
                        .formatted(run, repeated, promise.attempts));
        check(
                state.attempts() <= promise.attempts,
                "run %s used %d repair attempts, its plan allows %d"
                        .formatted(run, state.attempts(), promise.attempts));
        for (var step : state.steps().values()) {
            check(
                    step.repairs() <= MOST_REPAIRS_OF_A_STEP,
                    "run %s used %d repair attempts for one step".formatted(run, step.repairs()));
        }
    }

    /** A task was put into the queue. */
    void dispatched(Task task) {
        if (task.kind() != TaskKind.STEP) {
            return;
        }
        var run = task.run();
        var isNew = begun.add(task.key());
        if (isNew && task.attempt() > 1) {
            repeats.merge(run, 1, Integer::sum);
        }
        var audit = audits.get(run);
        if (isNew && audit != null) {
            var promise = promises.get(view(run).name());
            check(
                    promise == null || audit.state().costNanoUsd() <= promise.costNanoUsd,
                    "%s was begun although the money was spent".formatted(task.key()));
        }
    }

    /** A worker was given a task. */
    void handedOut(Task task) {
        var view = views.get(task.run());
        check(
                view == null || !view.status().isFinal(),
                "%s was handed out although its run has ended".formatted(task.key()));
    }

    /**
     * Somebody says that a step did not happen, which is then done again without being a repair.
     */
    void toldNotHappened(String run) {
        didNotHappen.merge(run, 1, Integer::sum);
    }

    private void outcome(RunView view) {
        if (view.reason() != null && view.reason().contains("budget")) {
            reached(
                    view.reason().contains("time budget")
                            ? Reached.TIME_EXHAUSTED
                            : view.reason().contains("cost budget")
                                    ? Reached.COST_EXHAUSTED
                                    : Reached.ATTEMPTS_EXHAUSTED);
        }
        switch (view.status()) {
            case SUCCEEDED -> reached(Reached.SUCCEEDED);
            case FAILED -> reached(Reached.FAILED);
            case ROLLED_BACK -> reached(Reached.ROLLED_BACK);
            case CANCELLED -> reached(Reached.CANCELLED);
            case QUEUED, RUNNING, REPAIRING, WAITING, ROLLING_BACK -> {}
        }
    }

    private RunView view(String run) {
        var view = views.get(run);
        if (view == null) {
            throw new IllegalStateException("nothing is known of run " + run);
        }
        return view;
    }

    void check(boolean holds, String otherwise) {
        if (!holds) {
            broken.add(time.elapsed() + ": " + otherwise);
        }
    }

    void reachedIf(boolean holds, Reached what) {
        if (holds) {
            reached(what);
        }
    }

    void reached(Reached what) {
        reached.add(what);
    }

    Set<Reached> reached() {
        return EnumSet.copyOf(reached);
    }

    List<String> broken() {
        return List.copyOf(broken);
    }

    long events() {
        return events;
    }
}
