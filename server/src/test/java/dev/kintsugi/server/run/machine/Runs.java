package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunEvent.BegunAnswered;
import dev.kintsugi.client.event.RunEvent.BreakerAnswered;
import dev.kintsugi.client.event.RunEvent.BudgetAnswered;
import dev.kintsugi.client.event.RunEvent.ConditionAnswered;
import dev.kintsugi.client.event.RunEvent.EffectAnswered;
import dev.kintsugi.client.event.RunEvent.EffectReconciled;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.client.event.RunEvent.PatchNotFound;
import dev.kintsugi.client.event.RunEvent.PatchProposed;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunEvent.TimerFired;
import dev.kintsugi.client.event.RunEvent.UndoEnded;
import dev.kintsugi.client.event.RunEvent.WaitBegun;
import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.client.event.RunEvent.WorkspaceReady;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.TaskResult.Verdict;
import dev.kintsugi.healing.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One run driven by hand, so that a test reads as a story. It plays queue, workers and people:
 * budgets and breakers say yes unless told otherwise, time passes only when told.
 */
final class Runs {
    static final Limits LIMITS =
            new Limits(900_000, 10_000_000_000L, 10, 5, Duration.ofHours(24).toMillis());
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Course course;
    private final RunMachine machine;
    private final List<RunAction> actions = new ArrayList<>();
    private final TreeMap<String, RunAction.Dispatch> open = new TreeMap<>();
    private final TreeSet<String> waiting = new TreeSet<>();
    private final TreeMap<String, String> receipts = new TreeMap<>();
    private final TreeMap<String, RunAction.AskWaits> asked = new TreeMap<>();
    private final List<String> gaveBack = new ArrayList<>();
    private RunState state = RunState.initial();
    private Instant now = START;
    private long seq;
    private long entropy = 1;
    private long cost;
    private final TreeMap<String, ConditionAnswered> conditions = new TreeMap<>();
    private boolean breakerOpen;
    private boolean silent;
    private @Nullable String exhausted;

    private Runs(Plans plan) {
        course = new Course("r1", "default", plan.build());
        machine = new RunMachine(course);
    }

    /** A run whose workspace is ready and whose first steps are handed out. */
    static Runs of(Plans plan) {
        return of(plan, Ladder.V4, limits -> limits);
    }

    static Runs of(Plans plan, Ladder ladder, UnaryOperator<Limits> limits) {
        var run = accepted(plan, ladder, limits);
        if (run.course.hasWorkspace()) {
            run.tell(new WorkspaceReady("base", List.of(), Usage.NONE));
        }
        return run;
    }

    /** A run that waits for its workspace, where its plan has one. */
    static Runs accepted(Plans plan, Ladder ladder, UnaryOperator<Limits> limits) {
        return untouched(plan).tell(new RunAccepted("plan", ladder, limits.apply(LIMITS)));
    }

    /** Takes the run in, and gives it its workspace where it has one. */
    Runs accepts() {
        tell(new RunAccepted("plan", Ladder.V4, LIMITS));
        return course.hasWorkspace()
                ? tell(new WorkspaceReady("base", List.of(), Usage.NONE))
                : this;
    }

    static Runs untouched(Plans plan) {
        return new Runs(plan);
    }

    // --- the world

    Runs withOpenBreakers() {
        breakerOpen = true;
        return this;
    }

    /** No worker ever has the attempt of this step that is in the queue now. */
    Runs withNobodyFor(String step) {
        waiting.add(task(TaskKind.STEP, step).key());
        return this;
    }

    /** The conditions of these steps do not hold; those of others do. */
    Runs skipping(String... steps) {
        for (var step : steps) {
            conditions.put(step, new ConditionAnswered(step, false, null));
        }
        return this;
    }

    /** The condition of the step cannot be told. */
    Runs withUntold(String step) {
        conditions.put(step, new ConditionAnswered(step, false, "no such key"));
        return this;
    }

    /** Budgets and breakers answer nothing. */
    Runs silently() {
        silent = true;
        return this;
    }

    Runs withExhausted(String budget) {
        exhausted = budget;
        return this;
    }

    /** What every attempt from here on costs. */
    Runs costing(long nanoUsd) {
        cost = nanoUsd;
        return this;
    }

    Runs drawing(long bits) {
        entropy = bits;
        return this;
    }

    Runs after(Duration time) {
        now = now.plus(time);
        return this;
    }

    // --- what happens

    Runs succeeds(String... steps) {
        for (var step : steps) {
            var attempt = task(TaskKind.STEP, step).attempt();
            tell(
                    new StepSucceeded(
                            step,
                            attempt,
                            course.hasWorkspace() ? step + "@" + attempt : null,
                            "output-of-" + step,
                            List.of(),
                            usage()));
        }
        return this;
    }

    Runs fails(String step, Failure failure) {
        var attempt = task(TaskKind.STEP, step).attempt();
        return tell(new StepFailed(step, attempt, failure, "log", usage()));
    }

    Runs proposes(Patch patch) {
        var mend = task(TaskKind.MEND);
        return tell(new PatchProposed(mend.step(), mend.attempt(), patch, List.of(), usage()));
    }

    Runs findsNoPatch() {
        var mend = task(TaskKind.MEND);
        return tell(
                new PatchNotFound(
                        mend.step(), mend.attempt(), List.of("refused: too large"), usage()));
    }

    Runs rechecks(String step, @Nullable Failure failure) {
        return tell(
                new RecheckEnded(step, task(TaskKind.RECHECK, step).attempt(), failure, usage()));
    }

    Runs undoes(String step, @Nullable Failure failure) {
        return tell(new UndoEnded(step, task(TaskKind.UNDO, step).attempt(), failure, usage()));
    }

    /** A worker loses an attempt to which the outside system has answered. */
    Runs losesAnswered(String step, String receipt) {
        var attempt = task(TaskKind.STEP, step).attempt();
        return tell(new TaskLost(TaskKind.STEP, step, attempt, true, "lease ran out", receipt));
    }

    /** The step's own command has looked whether it happened. */
    Runs finds(String step, Verdict verdict) {
        var attempt = task(TaskKind.RECONCILE, step).attempt();
        var receipt = verdict == Verdict.HAPPENED ? "found" : null;
        var reason = verdict == Verdict.UNKNOWN ? "nobody answers" : null;
        return tell(new EffectReconciled(step, attempt, verdict, receipt, reason, usage()));
    }

    /** The attempt of this step in the queue now was answered by the outside system. */
    Runs withReceipt(String step, String receipt) {
        receipts.put(task(TaskKind.STEP, step).key(), receipt);
        return this;
    }

    Runs loses(TaskKind kind) {
        var task = task(kind);
        return tell(new TaskLost(kind, task.step(), task.attempt(), true, "lease ran out"));
    }

    Runs loses(TaskKind kind, String step) {
        return tell(new TaskLost(kind, step, task(kind, step).attempt(), true, "lease ran out"));
    }

    /** A worker gives an attempt back that it did not begin. */
    Runs returns(String step) {
        var attempt = task(TaskKind.STEP, step).attempt();
        return tell(new TaskLost(TaskKind.STEP, step, attempt, false, "the worker has stopped"));
    }

    /** A human says whether a step of which nobody knows happened. */
    Runs happened(String step, boolean happened) {
        return tell(new EffectAnswered(step, happened, "ann"));
    }

    /** The step cannot have what it asked for yet. */
    Runs waits(String step, Obstacle... on) {
        return tell(new WaitBegun(step, asking(step).number(), List.of(on)));
    }

    /** The step's wait is over; failure is null when it has what it asked for. */
    Runs endsWait(String step, @Nullable Failure failure) {
        return tell(new WaitEnded(step, asking(step).number(), 3_000, failure));
    }

    /** What the step asked for last. */
    RunAction.AskWaits asking(String step) {
        return Objects.requireNonNull(asked.get(step), step);
    }

    /** Steps that gave back what they held, {@code *} for all at once. */
    List<String> gaveBack() {
        return gaveBack;
    }

    Runs fires(String timer) {
        return tell(new TimerFired(timer));
    }

    Runs answers(String hash, boolean approved) {
        return tell(new ApprovalAnswered(hash, approved, "ann", null));
    }

    Runs approves() {
        return answers(approval().hash(), true);
    }

    Runs denies() {
        return answers(approval().hash(), false);
    }

    /** Lets an event happen, and budget and breaker answer what it leads to. */
    Runs tell(RunEvent event) {
        var before = state.status();
        var envelope = new Envelope("r1", ++seq, now, entropy, Envelope.CURRENT_RULES);
        var decision = machine.decide(state, envelope, event);
        state = decision.state();
        if (before != state.status() && !Transitions.legal(before, state.status())) {
            throw new AssertionError("%s -> %s".formatted(before, state.status()));
        }
        actions.addAll(decision.actions());
        var questions = new ArrayList<RunEvent>();
        for (var action : decision.actions()) {
            switch (action) {
                case RunAction.Dispatch dispatch -> open.put(dispatch.task().key(), dispatch);
                case RunAction.CancelTasks cancel -> cancel.keys().forEach(open::remove);
                case RunAction.AskBudget ask ->
                        questions.add(new BudgetAnswered(ask.step(), exhausted));
                case RunAction.AskBreaker ask ->
                        questions.add(
                                new BreakerAnswered(ask.step(), ask.failureClass(), !breakerOpen));
                case RunAction.AskCondition ask ->
                        questions.add(
                                conditions.getOrDefault(
                                        ask.step(), new ConditionAnswered(ask.step(), true, null)));
                case RunAction.AskBegun ask ->
                        questions.add(
                                new BegunAnswered(
                                        ask.keys().stream()
                                                .filter(key -> !waiting.contains(key))
                                                .toList(),
                                        receipts));
                case RunAction.AskWaits ask -> asked.put(ask.step(), ask);
                case RunAction.GiveBack back -> gaveBack.add(back.step());
                case RunAction.GiveBackAll _ -> gaveBack.add("*");
                case RunAction.StartTimer _,
                        RunAction.StopTimer _,
                        RunAction.ReserveCost _,
                        RunAction.SettleCost _,
                        RunAction.SettleAttempt _,
                        RunAction.ReleaseAttempt _,
                        RunAction.RecordOutcome _,
                        RunAction.LearnPatch _,
                        RunAction.AskApproval _,
                        RunAction.AskEffects _,
                        RunAction.Tell _,
                        RunAction.CountAttempt _,
                        RunAction.CountRepair _ -> {}
            }
        }
        open.keySet().retainAll(state.tasks().keySet());
        if (!silent) {
            questions.forEach(this::tell);
        }
        return this;
    }

    private Usage usage() {
        return new Usage(10, 1, cost);
    }

    // --- what came of it

    RunState state() {
        return state;
    }

    Instant now() {
        return now;
    }

    RunStatus status() {
        return state.status();
    }

    /** As people read it. */
    @Nullable String reason() {
        return machine.reason(state);
    }

    StepState step(String id) {
        return Objects.requireNonNull(state.steps().get(course.position(id)), id);
    }

    /** Keys of all tasks in flight, without the run's id. */
    List<String> inFlight() {
        return open.keySet().stream().map(key -> key.replace("r1:", "")).toList();
    }

    Task task(TaskKind kind, String step) {
        return dispatch(kind, step).task();
    }

    /** The only task of that kind. */
    Task task(TaskKind kind) {
        return dispatch(kind, null).task();
    }

    Duration delay(String step) {
        return dispatch(TaskKind.STEP, step).delay();
    }

    private RunAction.Dispatch dispatch(TaskKind kind, @Nullable String step) {
        return open.values().stream()
                .filter(dispatch -> dispatch.task().kind() == kind)
                .filter(dispatch -> step == null || dispatch.task().step().equals(step))
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(
                                "no %s of %s in flight but %s; %s because %s"
                                        .formatted(
                                                kind,
                                                step,
                                                inFlight(),
                                                state.status(),
                                                state.reason())));
    }

    Approval approval() {
        return all(RunAction.AskApproval.class).getLast().approval();
    }

    <T extends RunAction> List<T> all(Class<T> type) {
        return actions.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Texts of all notes of that kind so far. */
    List<String> notes(Note.Kind kind) {
        return all(RunAction.Tell.class).stream()
                .map(RunAction.Tell::note)
                .filter(note -> note.kind() == kind)
                .map(Note::text)
                .toList();
    }

    long dispatched(TaskKind kind, String step) {
        return all(RunAction.Dispatch.class).stream()
                .map(RunAction.Dispatch::task)
                .filter(task -> task.kind() == kind && task.step().equals(step))
                .count();
    }

    Course course() {
        return course;
    }
}
