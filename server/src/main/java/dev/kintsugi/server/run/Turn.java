package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.BegunAnswered;
import dev.kintsugi.client.event.RunEvent.BreakerAnswered;
import dev.kintsugi.client.event.RunEvent.BudgetAnswered;
import dev.kintsugi.client.event.RunEvent.Faulted;
import dev.kintsugi.client.event.RunEvent.LateCost;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.queue.QueuedTask;
import dev.kintsugi.server.run.RunStore.RepairCount;
import dev.kintsugi.server.run.RunStore.Timer;
import dev.kintsugi.server.run.RunStore.TimerName;
import dev.kintsugi.server.run.machine.Decision;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.run.machine.RunAction;
import dev.kintsugi.server.run.machine.RunState;
import dev.kintsugi.server.waiting.WaitChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One turn of one run: takes events through the machine and carries its decisions out. */
final class Turn {
    private static final Logger log = LoggerFactory.getLogger(Turn.class);

    private final RunPorts ports;
    private final Writes writes;
    private final RunRow row;
    private final Folded before;
    private final List<Runnable> afterwards = new ArrayList<>();
    private final Map<Phase, Integer> mended = new EnumMap<>(Phase.class);
    private RunRow moved;
    private RunState state;
    private long seq;
    private Instant at;
    private byte[] mac;

    Turn(RunPorts ports, Writes writes, RunRow row, Folded before) {
        this.ports = ports;
        this.writes = writes;
        this.row = row;
        this.before = before;
        moved = row;
        state = before.state();
        seq = before.seq();
        at = before.at();
        mac = before.mac();
    }

    /**
     * Takes up an event, and the answers to what it makes the machine ask. A run that ended hears
     * of nothing more but what it cost besides. An event that the machine throws at ends the run:
     * it would do so again.
     */
    void take(RunEvent first) {
        var waiting = new ArrayDeque<RunEvent>();
        waiting.add(first);
        while (!waiting.isEmpty()) {
            var event = waiting.poll();
            if (state.status().isFinal() && !(event instanceof LateCost)) {
                continue;
            }
            var now = ports.clock().instant();
            at = now.isAfter(at) ? now : at;
            seq++;
            var envelope = new Envelope(row.run(), seq, at, ports.chance().nextLong(), row.rules());
            Decision decision;
            try {
                decision = before.machine().decide(state, envelope, event);
            } catch (RuntimeException e) {
                log.error("run {} cannot take up {} as event {}", row.run(), event, seq, e);
                event = new Faulted(event.getClass().getSimpleName(), e.toString());
                decision = before.machine().decide(state, envelope, event);
            }
            state = decision.state();
            for (var action : decision.actions()) {
                var answer = carryOut(action);
                if (answer != null) {
                    waiting.add(answer);
                }
            }
            write(envelope, event, notes(decision.actions()));
            tell(event);
        }
    }

    private void tell(RunEvent event) {
        afterwards.add(() -> ports.listener().happened(row.tenant(), row.run(), event));
        switch (event) {
            case StepSucceeded done -> attemptEnded(done.step(), true, done.usage());
            case StepFailed failed -> attemptEnded(failed.step(), false, failed.usage());
            case RunEvent.WaitEnded wait -> waited(wait);
            case RunEvent.RunAccepted _,
                    RunEvent.WorkspaceReady _,
                    RunEvent.WorkspaceFailed _,
                    RunEvent.TaskLost _,
                    RunEvent.EffectReconciled _,
                    RunEvent.PatchProposed _,
                    RunEvent.PatchNotFound _,
                    RunEvent.RecheckEnded _,
                    RunEvent.UndoEnded _,
                    RunEvent.Delivered _,
                    RunEvent.DeliveryFailed _,
                    RunEvent.TimerFired _,
                    RunEvent.BudgetAnswered _,
                    RunEvent.BreakerAnswered _,
                    RunEvent.BegunAnswered _,
                    RunEvent.ConditionAnswered _,
                    RunEvent.LateCost _,
                    RunEvent.CancelRequested _,
                    RunEvent.ApprovalAnswered _,
                    RunEvent.EffectAnswered _,
                    RunEvent.WaitBegun _,
                    RunEvent.Promoted _,
                    RunEvent.Faulted _ -> {}
        }
    }

    private void waited(RunEvent.WaitEnded wait) {
        var waited = Duration.ofMillis(wait.waitedMillis());
        var rule = wait.failure() == null ? null : wait.failure().rule();
        afterwards.add(() -> ports.listener().waited(row.tenant(), waited, rule));
    }

    private void attemptEnded(String step, boolean success, Usage usage) {
        var definition = before.course().plan().steps().get(before.course().position(step));
        afterwards.add(
                () -> ports.listener().attemptEnded(row.tenant(), definition, success, usage));
    }

    private void write(Envelope envelope, RunEvent event, String notes) {
        var body = Json.canonical(LogEntry.of(envelope, event));
        mac = ports.chain().next(mac, seq, body);
        var logged = new LoggedEvent(seq, body, mac, notes);
        writes.append(new RunStore.Entry(row.tenant(), row.run(), logged));
    }

    /** What was decided, as it is kept beside the event. */
    static String notes(List<RunAction> actions) {
        var notes = new ArrayList<Note>();
        for (var action : actions) {
            if (action instanceof RunAction.Tell(var note)) {
                notes.add(note);
            }
        }
        return Json.mapper().writeValueAsString(notes);
    }

    private @Nullable RunEvent carryOut(RunAction action) {
        var run = row.run();
        var tenant = row.tenant();
        switch (action) {
            case RunAction.Tell(var note) -> told(note);
            case RunAction.Dispatch(var task, var queue, var priority, var delay) ->
                    writes.put(
                            new QueuedTask(
                                    task,
                                    queue,
                                    priority,
                                    at.plus(delay),
                                    task.agent() == null ? row.home() : null));
            case RunAction.CancelTasks(var keys) -> writes.cancel(keys);
            case RunAction.StartTimer(var timer, var due) ->
                    writes.start(new Timer(tenant, new TimerName(run, timer), due));
            case RunAction.AskWaits(var step, var number, var waits, var priority) ->
                    writes.change(
                            new WaitChange.Asked(
                                    tenant,
                                    run,
                                    row.createdAt(),
                                    step,
                                    number,
                                    priority,
                                    waits,
                                    at,
                                    at.plus(waits.patience())));
            case RunAction.GiveBack(var step) ->
                    writes.change(new WaitChange.GivenBack(tenant, run, step));
            case RunAction.GiveBackAll _ -> writes.change(new WaitChange.AllGivenBack(tenant, run));
            case RunAction.StopTimer(var timer) -> writes.stop(new TimerName(run, timer));
            case RunAction.ReserveCost(var nanoUsd) -> {
                if (!ports.budgets().reserve(run, Budgets.Kind.COST, nanoUsd, at)) {
                    return new Faulted(
                            "a task", "its budget of money has less left than its log says");
                }
            }
            case RunAction.SettleCost(var reserved, var nanoUsd) -> {
                ports.budgets().settle(run, Budgets.Kind.COST, reserved, nanoUsd, at);
                if (nanoUsd > 0) {
                    writes.spent(tenant, nanoUsd);
                }
                afterwards.add(() -> ports.listener().paid(tenant, nanoUsd));
            }
            case RunAction.SettleAttempt _ ->
                    ports.budgets().settle(run, Budgets.Kind.ATTEMPTS, 1, 1, at);
            case RunAction.ReleaseAttempt _ ->
                    ports.budgets().release(run, Budgets.Kind.ATTEMPTS, 1, at);
            case RunAction.RecordOutcome(var failureClass, var success) ->
                    ports.breakers().record(tenant, failureClass, success, at);
            case RunAction.LearnPatch(var fingerprint, var patch, var verified) ->
                    ports.patches().learn(tenant, fingerprint, patch, verified);
            case RunAction.AskApproval(var approval) ->
                    ports.listener().approvalNeeded(tenant, run, approval);
            case RunAction.AskEffects(var steps, var reason) ->
                    ports.listener().effectsUnknown(tenant, run, steps, reason);
            case RunAction.CountAttempt(var phase, var verified) ->
                    afterwards.add(() -> ports.listener().repairAttempted(tenant, phase, verified));
            case RunAction.CountRepair(var phase, var verified, var took) -> {
                if (verified) {
                    mended.merge(phase, 1, Integer::sum);
                }
                afterwards.add(() -> ports.listener().repairEnded(tenant, phase, verified, took));
            }
            case RunAction.AskBudget(var step) -> {
                return new BudgetAnswered(step, reserve() ? null : "attempts");
            }
            case RunAction.AskCondition asked -> {
                return ports.conditions().answer(tenant, before.course().plan().inputs(), asked);
            }
            case RunAction.AskBegun(var keys) -> {
                var begun = List.copyOf(ports.queue().everLeased(keys));
                return new BegunAnswered(begun, ports.queue().receipts(begun));
            }
            case RunAction.AskBreaker(var step, var failureClass) -> {
                return new BreakerAnswered(
                        step, failureClass, ports.breakers().permits(tenant, failureClass, at));
            }
        }
        return null;
    }

    private boolean reserve() {
        return ports.budgets().reserve(row.run(), Budgets.Kind.ATTEMPTS, 1, at);
    }

    private void told(Note note) {
        if (note.kind() == Note.Kind.BUDGET_EXHAUSTED && note.detail() != null) {
            var budget = Budgets.Kind.valueOf(note.detail().toUpperCase(Locale.ROOT));
            ports.budgets().exceeded(row.run(), budget, at);
            afterwards.add(() -> ports.listener().budgetExhausted(row.tenant(), budget));
        }
    }

    /** Writes down where the run stands. */
    Folded end() {
        var after = after();
        if (seq == before.seq()) {
            return after;
        }
        var machine = before.machine();
        var isWorking = machine.isWorking(state);
        var wasWorking = before.seq() == 0 || machine.isWorking(before.state()); // as it was opened
        if (isWorking != wasWorking || state.status().isFinal()) {
            var millis = machine.workingMillis(state, at);
            writes.worked(row.run(), new Budgets.Worked(millis, isWorking));
        }
        count();
        var view = RunViews.summary(row, before.machine(), state, seq, at);
        moved = row.moved(state.status(), state.waitingFor(), seq, mac, view.finishedAt());
        writes.head(new RunStore.Head(moved, Json.mapper().writeValueAsString(view)));
        if (!before.state().status().isFinal()) { // that it has ended was told
            afterwards.add(() -> ports.listener().turned(row.tenant(), view));
        }
        return after;
    }

    private void count() {
        for (var phase : Phase.values()) {
            var tried = tried(state, phase) - tried(before.state(), phase);
            var verified = mended.getOrDefault(phase, 0);
            if (tried > 0 || verified > 0) {
                writes.count(new RepairCount(row.tenant(), row.run(), phase, tried, verified));
            }
        }
    }

    private static int tried(RunState state, Phase phase) {
        return switch (phase) {
            case RETRY -> state.phases().retry();
            case PATCH -> state.phases().patch();
            case REPLAN -> state.phases().replan();
            case ROLLBACK -> state.phases().rollback();
        };
    }

    private Folded after() {
        return new Folded(before.course(), before.machine(), state, seq, at, mac);
    }

    RunRow row() {
        return row;
    }

    /** Where the run stands once it has ended its turn. */
    RunEngine.Seen seen() {
        return new RunEngine.Seen(moved, after());
    }

    Folded before() {
        return before;
    }

    /** What is to be done once the transaction is committed. */
    List<Runnable> afterwards() {
        return List.copyOf(afterwards);
    }
}
