package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
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
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunEvent.Obstacle;
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
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.Step.Effects;
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
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A random life of a random run, made from a seed: tasks end or are lost in any order, questions
 * are answered late, timers fire early, old events arrive again, and some make no sense.
 */
final class Walk {
    private static final int STEPS = 12;
    private static final int MOST_EVENTS = 5_000;

    private final Random random;
    private final Course course;
    private final RunMachine machine;
    private final BiConsumer<Turn, Course> witness;
    private final TreeMap<String, Task> open = new TreeMap<>();
    private final TreeMap<String, Instant> timers = new TreeMap<>();
    private final List<RunEvent> questions = new ArrayList<>();
    private final List<RunEvent> past = new ArrayList<>();
    private final int[] mix;
    private RunState state = RunState.initial();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long seq;
    private @Nullable String hash;

    /** One event and what followed from it. */
    record Turn(
            RunState before, Envelope envelope, RunEvent event, Decision decision, RunMachine by) {}

    private Walk(long seed, BiConsumer<Turn, Course> witness) {
        random = new Random(seed);
        // how often a task succeeds or is lost differs from run to run
        mix = new int[] {40 + random.nextInt(58), random.nextInt(10)};
        course = new Course("r" + seed, "default", plan().build());
        machine = new RunMachine(course);
        this.witness = witness;
    }

    /** Lives the run of that seed to its end and returns the number of its events. */
    static long live(long seed, BiConsumer<Turn, Course> witness) {
        var walk = new Walk(seed, witness);
        if (walk.oneIn(20)) {
            walk.happens(walk.nonsense());
        }
        walk.happens(walk.accepted());
        for (var chaos = walk.random.nextInt(200); chaos > 0 && walk.lives(); chaos--) {
            walk.happens(walk.oneIn(6) ? walk.odd() : walk.next());
        }
        while (walk.lives()) {
            if (walk.seq > MOST_EVENTS) {
                throw new AssertionError("seed %d does not end: %s".formatted(seed, walk.state));
            }
            walk.happens(walk.next());
        }
        for (var late = 0; late < 5; late++) {
            walk.happens(walk.odd());
        }
        return walk.seq;
    }

    private boolean lives() {
        return !state.status().isFinal();
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private Plans plan() {
        var plan = Plans.plan();
        if (oneIn(3)) {
            plan.withoutWorkspace();
        }
        if (oneIn(2)) {
            plan.delivering();
        }
        var size = 1 + random.nextInt(STEPS);
        for (var step = 0; step < size; step++) {
            var needs = new ArrayList<String>();
            for (var need = 0; need < step; need++) {
                if (oneIn(3)) {
                    needs.add("s" + need);
                }
            }
            var effects = Effects.values()[random.nextInt(3)];
            plan.step("s" + step, effects, needs.toArray(String[]::new));
            if (effects == Effects.ONCE && oneIn(2)) {
                plan.reconcilable();
            }
            if (oneIn(3)) {
                plan.orElse("./a.sh", "./b.sh");
            }
            if (oneIn(2)) {
                plan.undoable();
            }
            if (oneIn(5)) {
                plan.when(needs.toArray(String[]::new));
            }
            if (oneIn(5)) {
                plan.dispensable();
            }
            if (oneIn(2)) {
                plan.costing(random.nextInt(20));
            }
            if (oneIn(4)) {
                plan.locking(new Lock("db", 1, 1, false), new Lock("kept", 1, 9, oneIn(2)));
            }
        }
        return plan;
    }

    private RunEvent accepted() {
        var limits =
                new Limits(
                        oneIn(8) ? 60_000 : 90_000_000,
                        oneIn(4) ? 50 : 1_000_000,
                        oneIn(4) ? random.nextInt(6) : 100,
                        oneIn(4) ? random.nextInt(6) : 20,
                        3_600_000);
        return new RunAccepted("plan", oneIn(5) ? Ladder.V3 : Ladder.V4, limits);
    }

    private void happens(RunEvent event) {
        now = now.plusMillis(random.nextInt(oneIn(50) ? 600_000 : 2_000));
        past.add(event);
        var envelope =
                new Envelope(course.run(), ++seq, now, random.nextLong(), Envelope.CURRENT_RULES);
        var decision = machine.decide(state, envelope, event);
        witness.accept(new Turn(state, envelope, event, decision, machine), course);
        state = decision.state();
        for (var action : decision.actions()) {
            switch (action) {
                case RunAction.Dispatch dispatch ->
                        open.put(dispatch.task().key(), dispatch.task());
                case RunAction.CancelTasks cancel -> cancel.keys().forEach(open::remove);
                case RunAction.StartTimer timer -> timers.put(timer.timer(), timer.at());
                case RunAction.StopTimer timer -> timers.remove(timer.timer());
                case RunAction.AskBudget ask ->
                        questions.add(
                                new BudgetAnswered(ask.step(), oneIn(100) ? "attempts" : null));
                case RunAction.AskBreaker ask ->
                        questions.add(
                                new BreakerAnswered(ask.step(), ask.failureClass(), !oneIn(4)));
                case RunAction.AskCondition ask ->
                        questions.add(
                                new ConditionAnswered(
                                        ask.step(), oneIn(2), oneIn(20) ? "untold" : null));
                case RunAction.AskBegun ask ->
                        questions.add(begun(ask.keys().stream().filter(_ -> oneIn(2)).toList()));
                case RunAction.AskApproval ask -> hash = ask.approval().hash();
                case RunAction.AskWaits ask -> {
                    if (oneIn(2)) {
                        var lock = new Obstacle("db", List.of("r0"));
                        questions.add(new WaitBegun(ask.step(), ask.number(), List.of(lock)));
                    }
                    questions.add(waitEnded(ask.step(), ask.number()));
                }
                case RunAction.GiveBack _, RunAction.GiveBackAll _ -> {}
                case RunAction.ReserveCost _,
                        RunAction.SettleCost _,
                        RunAction.SettleAttempt _,
                        RunAction.ReleaseAttempt _,
                        RunAction.RecordOutcome _,
                        RunAction.LearnPatch _,
                        RunAction.AskEffects _,
                        RunAction.Tell _,
                        RunAction.CountAttempt _,
                        RunAction.CountRepair _ -> {}
            }
        }
        open.keySet().retainAll(state.tasks().keySet());
    }

    private BegunAnswered begun(List<String> keys) {
        var receipts = new TreeMap<String, String>();
        keys.stream().filter(_ -> oneIn(3)).forEach(key -> receipts.put(key, "receipt"));
        return new BegunAnswered(keys, receipts);
    }

    private WaitEnded waitEnded(String step, long number) {
        return new WaitEnded(step, number, 1_000, oneIn(10) ? Samples.waited() : null);
    }

    // --- what the world does next

    private RunEvent next() {
        for (var timer : timers.entrySet()) {
            if (!now.isBefore(timer.getValue())) {
                timers.remove(timer.getKey());
                return new TimerFired(timer.getKey());
            }
        }
        if (!questions.isEmpty() && (open.isEmpty() || oneIn(2))) {
            return questions.removeFirst();
        }
        if (!open.isEmpty()) {
            var keys = List.copyOf(open.navigableKeySet());
            return end(Objects.requireNonNull(open.remove(keys.get(random.nextInt(keys.size())))));
        }
        if (state.waitingFor() == WaitingFor.APPROVAL && !oneIn(5)) {
            return new ApprovalAnswered(String.valueOf(hash), !oneIn(3), "ann", null);
        }
        if (state.waitingFor() == WaitingFor.EFFECT_UNKNOWN) {
            return new EffectAnswered(anyStep(), oneIn(2), "ann");
        }
        if (timers.isEmpty()) {
            throw new AssertionError("nothing can happen any more: " + state);
        }
        now = now.plus(Duration.ofMinutes(1));
        return new TimerFired(timers.firstKey());
    }

    private RunEvent end(Task task) {
        if (random.nextInt(100) < mix[1]) {
            open.put(task.key(), task);
            var started = !oneIn(4);
            var receipt = started && oneIn(3) ? "receipt" : null;
            return new TaskLost(
                    task.kind(), task.step(), task.attempt(), started, "lease ran out", receipt);
        }
        var passes = random.nextInt(100) < mix[0];
        var usage = new Usage(10, 1, random.nextInt(10));
        return switch (task.kind()) {
            case PREPARE ->
                    passes
                            ? new WorkspaceReady("base", List.of(), usage)
                            : new WorkspaceFailed(failure(), usage);
            case STEP ->
                    passes
                            ? new StepSucceeded(
                                    task.step(),
                                    task.attempt(),
                                    course.hasWorkspace() ? task.key() : null,
                                    oneIn(2) ? "output" : null,
                                    List.of(),
                                    usage,
                                    oneIn(2) ? "receipt" : null,
                                    null)
                            : new StepFailed(
                                    task.step(),
                                    task.attempt(),
                                    failure(),
                                    "log",
                                    usage,
                                    oneIn(6) ? "receipt" : null,
                                    null);
            case RECHECK ->
                    new RecheckEnded(task.step(), task.attempt(), passes ? null : failure(), usage);
            case MEND ->
                    oneIn(4)
                            ? new PatchNotFound(task.step(), task.attempt(), List.of(), usage)
                            : new PatchProposed(
                                    task.step(), task.attempt(), patch(), List.of(), usage);
            case UNDO ->
                    new UndoEnded(task.step(), task.attempt(), passes ? null : failure(), usage);
            case DELIVER ->
                    passes
                            ? new Delivered("kintsugi/r1", "tip", usage)
                            : new DeliveryFailed(failure(), usage);
            case RECONCILE ->
                    new EffectReconciled(
                            task.step(),
                            task.attempt(),
                            Verdict.values()[random.nextInt(3)],
                            oneIn(2) ? "receipt" : null,
                            null,
                            usage);
        };
    }

    private Failure failure() {
        var text = "failure " + random.nextInt(4);
        return switch (random.nextInt(40)) {
            case 0 -> Samples.insecure(text);
            case 1, 2, 3, 4, 5, 6 -> Samples.conflict(text);
            case 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 -> Samples.passing(text);
            case 17 -> Samples.passing(text, Duration.ofMinutes(random.nextInt(30)));
            case 18, 19 -> Samples.late(text);
            default -> Samples.lasting(text);
        };
    }

    private Patch patch() {
        var id = "p" + random.nextInt(12);
        var source = Patch.Source.values()[random.nextInt(4)];
        return oneIn(3) ? Samples.larger(id) : Samples.tree(id, source);
    }

    private String anyStep() {
        return course.step(random.nextInt(course.size())).id();
    }

    /** What should not arrive, or not now, or not again. */
    private RunEvent odd() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> past.get(random.nextInt(past.size()));
            case 4 -> new Promoted("ann");
            case 5 -> oneIn(20) ? new CancelRequested("ann") : nonsense();
            case 6 -> timers.isEmpty() ? nonsense() : new TimerFired(timers.lastKey());
            default -> nonsense();
        };
    }

    private RunEvent nonsense() {
        var step = oneIn(5) ? "nobody" : anyStep();
        var attempt = random.nextInt(400);
        return switch (random.nextInt(14)) {
            case 12 ->
                    new EffectReconciled(
                            step, attempt, Verdict.DID_NOT_HAPPEN, null, null, Usage.NONE);
            case 13 -> waitEnded(step, random.nextInt(20));
            case 0 -> new StepSucceeded(step, attempt, "c", null, List.of(), Usage.NONE);
            case 1 -> new StepFailed(step, attempt, failure(), null, Usage.NONE);
            case 2 -> new RecheckEnded(step, attempt, null, Usage.NONE);
            case 3 -> new UndoEnded(step, attempt, null, Usage.NONE);
            case 4 -> new PatchProposed(step, attempt, patch(), List.of(), Usage.NONE);
            case 5 -> new ApprovalAnswered("another hash", true, "eve", null);
            case 6 -> new EffectAnswered(step, oneIn(2), "ann");
            case 7 -> new TimerFired(oneIn(2) ? Endings.DEADLINE : Endings.APPROVAL);
            case 8 ->
                    new TaskLost(TaskKind.values()[random.nextInt(7)], step, attempt, true, "gone");
            case 9 -> new BudgetAnswered("nobody", null);
            case 10 -> accepted();
            default -> new TimerFired(Endings.SLO);
        };
    }
}
