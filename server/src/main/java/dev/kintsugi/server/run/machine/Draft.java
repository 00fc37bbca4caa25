package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.run.machine.RunState.AcceptedPatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.PVector;

/**
 * A state being worked on within one decision, and the actions that go with it. It lives no longer
 * than the decision; the parts it shares with the state before are persistent collections, so
 * copying them costs nothing.
 */
final class Draft {
    private final Course course;
    private final Envelope envelope;
    private final List<RunAction> actions = new ArrayList<>();
    private final Books books;
    private final Holds holds;

    private RunStatus status;
    private @Nullable WaitingFor waitingFor;
    private @Nullable String reason;
    private Ladder ladder;
    private Limits limits;
    private @Nullable String base;
    private PSortedMap<Integer, StepState> steps;
    private PSortedSet<Integer> ready;
    private PVector<Integer> completed;
    private PVector<Integer> passed;
    private PVector<Integer> broken;
    private PVector<AcceptedPatch> patches;
    private @Nullable Repair repair;
    private @Nullable Rollback rollback;
    private boolean failing;
    private boolean sloBreached;
    private WorkClock clock;
    private @Nullable String branch;
    private Task.@Nullable Origin origin;

    Draft(Course course, Envelope envelope, RunState from) {
        this.course = course;
        this.envelope = envelope;
        holds = new Holds(course, envelope.seq(), from, actions);
        books = new Books(course, envelope.at(), from, holds, actions);
        status = from.status();
        waitingFor = from.waitingFor();
        reason = from.reason();
        ladder = from.ladder();
        limits = from.limits();
        base = from.base();
        steps = from.steps();
        ready = from.ready();
        completed = from.completed();
        passed = from.passed();
        broken = from.broken();
        patches = from.patches();
        repair = from.repair();
        rollback = from.rollback();
        failing = from.failing();
        sloBreached = from.sloBreached();
        clock = from.clock();
        branch = from.branch();
        origin = from.origin();
    }

    Decision decided() {
        var state =
                new RunState(
                        status,
                        waitingFor,
                        reason,
                        ladder,
                        limits,
                        base,
                        steps,
                        ready,
                        books.tasks(),
                        completed,
                        passed,
                        broken,
                        patches,
                        repair,
                        rollback,
                        failing,
                        sloBreached,
                        clock,
                        books.spent(),
                        branch,
                        holds.all(),
                        origin);
        return new Decision(state, actions);
    }

    Course course() {
        return course;
    }

    Envelope envelope() {
        return envelope;
    }

    Instant now() {
        return envelope.at();
    }

    // --- the run as a whole

    RunStatus status() {
        return status;
    }

    @Nullable WaitingFor waitingFor() {
        return waitingFor;
    }

    /** Moves to the status, says so, and lets the clock stand still while a human is waited for. */
    void become(RunStatus next, @Nullable WaitingFor what) {
        become(next, what, reason);
    }

    void become(RunStatus next, @Nullable WaitingFor what, @Nullable String why) {
        if (next == status && what == waitingFor) {
            return;
        }
        if (next != status && !Transitions.legal(status, next)) {
            throw new IllegalStateException(
                    "a run cannot move from %s to %s".formatted(status, next));
        }
        status = next;
        waitingFor = what;
        if (next == RunStatus.WAITING || next.isFinal()) {
            stopClock();
        } else {
            startClock();
        }
        var text = what == null ? lower(next) : lower(next) + " for " + lower(what);
        tell(Note.Kind.STATUS_CHANGED, null, 0, null, why == null ? text : text + ": " + why, null);
    }

    /**
     * Lets working time run; the timers that end it follow. Time that ran out while the run was
     * about to wait for somebody ends it now.
     */
    void startClock() {
        if (clock.since() == null) {
            clock = clock.start(now());
            if (!startTimer(Endings.DEADLINE, limits.timeMillis()) && !failing) {
                actions.add(new RunAction.StartTimer(Endings.DEADLINE, now()));
            }
            startTimer(Endings.SLO, course.plan().sla().limit().toMillis());
        }
    }

    /** Unless that much working time is over. */
    private boolean startTimer(String timer, long limitMillis) {
        var left = limitMillis - clock.spentMillis(now());
        if (left > 0) {
            actions.add(new RunAction.StartTimer(timer, now().plusMillis(left)));
        }
        return left > 0;
    }

    /**
     * Whether that much working time is over. A timer that fired too early, because the clock stood
     * still since it was set or clocks differ, is set again.
     */
    boolean reached(String timer, long limitMillis) {
        if (clock.since() == null) {
            return false;
        }
        startTimer(timer, limitMillis);
        return clock.spentMillis(now()) >= limitMillis;
    }

    private void stopClock() {
        if (clock.since() != null) {
            clock = clock.stop(now());
            actions.add(new RunAction.StopTimer(Endings.DEADLINE));
            actions.add(new RunAction.StopTimer(Endings.SLO));
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    @Nullable String reason() {
        return reason;
    }

    void because(String why) {
        reason = why;
    }

    Ladder ladder() {
        return ladder;
    }

    void climb(Ladder next) {
        ladder = next;
    }

    Limits limits() {
        return limits;
    }

    void limit(Limits given) {
        limits = given;
    }

    @Nullable String base() {
        return base;
    }

    void startFrom(String commit) {
        base = commit;
    }

    /** What the workspace begins with instead of its source; null for nothing. */
    Task.@Nullable Origin origin() {
        return origin;
    }

    /** The workspace begins with what the earlier run had. */
    void begunBy(RunEvent.Origin earlier) {
        var commits = new TreeSet<String>();
        earlier.steps().stream()
                .map(RunEvent.TakenStep::commit)
                .filter(Objects::nonNull)
                .forEach(commits::add);
        earlier.patches().forEach(taken -> commits.add(taken.patch().commit()));
        var base = Objects.requireNonNull(earlier.base(), "base");
        origin = new Task.Origin(earlier.run(), base, List.copyOf(commits));
    }

    boolean failing() {
        return failing;
    }

    /** From here on nothing new is begun; the first reason given stays. */
    void fail(String why) {
        if (!failing) {
            failing = true;
            reason = why;
        }
    }

    /** One of the three budgets is used up: the run stops cleanly and says which. */
    void exhausted(String budget) {
        var limit =
                switch (budget) {
                    case "time" -> limits.timeMillis() / 1000 + " s";
                    case "attempts" -> limits.attempts() + " repair attempts";
                    default -> String.format(Locale.ROOT, "%.2f USD", limits.costNanoUsd() / 1e9);
                };
        tell(
                Note.Kind.BUDGET_EXHAUSTED,
                null,
                0,
                null,
                "the %s budget of %s is exhausted".formatted(budget, limit),
                budget);
        fail("the %s budget of %s is exhausted".formatted(budget, limit));
    }

    WorkClock clock() {
        return clock;
    }

    boolean breachSlo() {
        var first = !sloBreached;
        sloBreached = true;
        return first;
    }

    void deliveredTo(String where) {
        branch = where;
    }

    // --- steps

    StepState step(int position) {
        var known = steps.get(position);
        return known == null ? StepState.waitingFor(course.step(position).needs().size()) : known;
    }

    /** Those that differ from untouched, by position. */
    PSortedMap<Integer, StepState> steps() {
        return steps;
    }

    void put(int position, StepState state) {
        steps = steps.plus(position, state);
    }

    Step definition(int position) {
        return step(position).definition(course.step(position));
    }

    PSortedSet<Integer> ready() {
        return ready;
    }

    void makeReady(int position) {
        ready = ready.plus(position);
    }

    void takeReady(int position) {
        ready = ready.minus(position);
    }

    PVector<Integer> completed() {
        return completed;
    }

    void complete(int position) {
        completed = completed.plus(position);
    }

    /** Steps that count as done without having succeeded. */
    PVector<Integer> passed() {
        return passed;
    }

    void pass(int position) {
        passed = passed.plus(position);
    }

    boolean isDone() {
        return completed.size() + passed.size() == course.size();
    }

    // --- repairs

    @Nullable Repair repair() {
        return repair;
    }

    void repair(@Nullable Repair next) {
        repair = next;
    }

    PVector<Integer> broken() {
        return broken;
    }

    void broken(PVector<Integer> waiting) {
        broken = waiting;
    }

    PVector<AcceptedPatch> patches() {
        return patches;
    }

    void accept(AcceptedPatch patch) {
        patches = patches.plus(patch);
    }

    @Nullable Rollback rollback() {
        return rollback;
    }

    void rollback(@Nullable Rollback next) {
        rollback = next;
    }

    // --- tasks and money

    Books books() {
        return books;
    }

    boolean overspent() {
        return books.costNanoUsd() > limits.costNanoUsd();
    }

    /** What an attempt of the step may cost as far as its plan says, in billionths of a dollar. */
    long price(int position) {
        var declared = course.step(position).costNanoUsd();
        return declared == null ? 0 : declared;
    }

    /**
     * Whether the budget has that much left that nobody has set aside. Nothing at all is had as
     * long as not more is spent than allowed.
     */
    boolean affords(long nanoUsd) {
        return nanoUsd == 0
                ? !overspent()
                : books.committedNanoUsd() + nanoUsd <= limits.costNanoUsd();
    }

    // --- what steps wait for

    Holds holds() {
        return holds;
    }

    /** Whether the task is on the books only, as its step waits. */
    boolean isHeldUp(RunState.TaskRef task) {
        return Holds.holdUp(holds.all(), task);
    }

    /** Whether no task is in the queue or with a worker, or about to be. */
    boolean standsStill() {
        return (repair == null || !repair.undecided())
                && books.tasks().values().stream()
                        .allMatch(task -> isHeldUp(task) && waits(task.step()));
    }

    private boolean waits(int position) {
        var hold = holds.all().get(position);
        return hold != null && hold.waits();
    }

    /** What a run that stands still waits for; a lock, where it waits for both. */
    WaitingFor heldUpBy() {
        return holds.all().values().stream()
                        .filter(Hold::waits)
                        .anyMatch(hold -> hold.waitingFor() == WaitingFor.LOCK)
                ? WaitingFor.LOCK
                : WaitingFor.RUN;
    }

    // --- other actions

    void act(RunAction action) {
        actions.add(action);
    }

    void tell(
            Note.Kind kind,
            @Nullable String step,
            int attempt,
            @Nullable Phase phase,
            String text) {
        tell(kind, step, attempt, phase, text, null);
    }

    void tell(
            Note.Kind kind,
            @Nullable String step,
            int attempt,
            @Nullable Phase phase,
            String text,
            @Nullable String detail) {
        actions.add(new RunAction.Tell(new Note(kind, step, attempt, phase, text, detail)));
    }
}
