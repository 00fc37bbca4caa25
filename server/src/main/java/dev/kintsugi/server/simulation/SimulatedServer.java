package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.budget.MemoryBudgets;
import dev.kintsugi.server.platform.DatabaseClock;
import dev.kintsugi.server.platform.Ids;
import dev.kintsugi.server.platform.MetaV4Settings;
import dev.kintsugi.server.platform.memory.MemoryBlobs;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.queue.MemoryTaskStore;
import dev.kintsugi.server.queue.StepLogs;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.run.Admission;
import dev.kintsugi.server.run.Breakers;
import dev.kintsugi.server.run.Chain;
import dev.kintsugi.server.run.Conditions;
import dev.kintsugi.server.run.MemoryRunStore;
import dev.kintsugi.server.run.RunEngine;
import dev.kintsugi.server.run.RunInbox;
import dev.kintsugi.server.run.RunListener;
import dev.kintsugi.server.run.RunPorts;
import dev.kintsugi.server.run.RunRow;
import dev.kintsugi.server.run.RunStore;
import dev.kintsugi.server.run.Runs;
import dev.kintsugi.server.run.StoredRuns;
import dev.kintsugi.server.run.Turns;
import dev.kintsugi.server.waiting.MemoryWaitStore;
import dev.kintsugi.server.waiting.WaitStore;
import dev.kintsugi.server.waiting.Waits;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** A server process in simulated time: engine and queue on a database that outlives it. */
final class SimulatedServer {
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);
    private static final Duration LONGEST_DELAY_OF_A_TURN = Duration.ofSeconds(3);
    private static final int MOST_PER_CLASS = 3;
    private static final Duration LONGEST_LOOK_AT_THE_CLOCK = Duration.ofSeconds(4);

    private static final int HALF_AN_HOUR = 30;

    /** How much too fast or slow a ticker goes: 100 ppm, some seconds a day. */
    private static final double MOST_DRIFT = 0.0001;

    /** Plans in simulation have no workspaces. */
    private static final String HOME = "none";

    private final World world;
    private final int number;
    private final SkewedClock own;
    private final DatabaseClock look;
    private final TaskQueue queue;
    private final RunEngine engine;
    private final Waits waits;
    private final Runs runs;
    private final int rules;
    private boolean alive = true;
    private boolean sweeping;

    /** Where servers live. */
    record World(
            SimulatedTime time,
            Faults faults,
            Invariants invariants,
            Network network,
            Database database) {

        /** Where the run stands, whoever has heard of it. */
        RunStatus status(String run) {
            return database.runs.find(run).map(RunRow::status).orElse(RunStatus.QUEUED);
        }
    }

    /** What outlives server processes. */
    record Database(
            MemoryTransactions memory,
            RunStore runs,
            WatchedTasks tasks,
            Budgets budgets,
            Breakers breakers,
            WaitStore waits,
            UnaryOperator<String> plans,
            BinaryOperator<InstantSource> clocks) {

        static Database fresh(Plants plants, Invariants invariants, SplittableRandom random) {
            var memory = new MemoryTransactions();
            var limits = new TreeMap<QueueClass, Integer>();
            for (var queue : QueueClass.values()) {
                limits.put(queue, 1 + random.nextInt(MOST_PER_CLASS));
            }
            var tasks = plants.tasks().apply(new MemoryTaskStore(memory, HOME, limits));
            return new Database(
                    memory,
                    plants.runs().apply(new MemoryRunStore(memory)),
                    new WatchedTasks(tasks, memory, limits, invariants),
                    plants.budgets().apply(new MemoryBudgets(memory)),
                    Breakers.inMemory(memory),
                    new MemoryWaitStore(memory),
                    plants.plans(),
                    plants.clocks());
        }
    }

    /**
     * @param number tells it from the others
     * @param rules the newest that it knows
     */
    SimulatedServer(World world, SplittableRandom random, int number, int rules) {
        this.world = world;
        this.number = number;
        this.rules = rules;
        own = new SkewedClock(world.time);
        setClock(world.faults.clockError());
        var pace = 1 - MOST_DRIFT + 2 * MOST_DRIFT * random.nextDouble();
        look =
                new DatabaseClock(
                        this::askTheTime, () -> Math.round(world.time.elapsed().toNanos() * pace));
        var clock = world.database.clocks.apply(look, own);
        var database = world.database;
        var transactions =
                new FaultyTransactions(
                        database.memory, world.faults, world.time, world.invariants, () -> alive);
        var turns = new Turns(this::takeTurn);
        var listener = new Heard();
        var inbox = new RunInbox(transactions, database.runs, turns, listener);
        queue = new TaskQueue(transactions, database.tasks, new NoLogs(), inbox, clock);
        waits =
                new Waits(
                        transactions, database.waits, new StoredRuns(database.runs, inbox), clock);
        var ports =
                new RunPorts(
                        transactions,
                        database.runs,
                        queue,
                        database.budgets,
                        database.breakers,
                        (_, _, _, _) -> {},
                        listener,
                        new Chain(new byte[32]),
                        clock,
                        random,
                        new Conditions(new MemoryBlobs()),
                        HOME,
                        waits,
                        new OpenDoors());
        // seldom, often and always: a state read back must be the state
        engine = new RunEngine(ports, inbox, turns, 1 << (2 * random.nextInt(5)), rules);
        runs = new Runs(ports, engine, new Ids(clock, random), settings());
        soon(SWEEP_EVERY, this::sweep);
    }

    /** What the runs of this server do, for the invariants. */
    private final class Heard implements RunListener {
        @Override
        public void happened(String tenant, String run, RunEvent event) {
            world.invariants.happened(run, event);
        }

        @Override
        public void repairEnded(String tenant, Phase phase, boolean verified, Duration took) {
            world.invariants.repairEnded(phase, verified);
        }

        @Override
        public void turnFailed(String run, Duration pause, Throwable cause) {
            world.invariants.check(
                    cause instanceof Faults.Struck,
                    "a turn of run %s failed: %s".formatted(run, cause));
        }

        @Override
        public void turned(String tenant, RunView view) {
            world.faults.calmly(() -> {
                world.invariants.turned(tenant, view, engine);
                return view;
            });
        }
    }

    private void takeTurn(Runnable turn) {
        var late = world.faults.strikes(world.faults.slow());
        soon(late ? world.faults.upTo(LONGEST_DELAY_OF_A_TURN) : Duration.ofMillis(1), turn);
    }

    static MetaV4Settings settings() {
        return new MetaV4Settings(
                true,
                BigDecimal.ZERO,
                5,
                5,
                Duration.ofMinutes(5),
                Duration.ofMinutes(30),
                BigDecimal.TEN,
                10,
                false,
                0);
    }

    /** The answer may be slow to come: then it tells of a moment that is over. */
    private Instant askTheTime() {
        var now = world.time.instant();
        if (sweeping && world.faults.strikes(world.faults.slow())) {
            world.time.pass(world.faults.upTo(LONGEST_LOOK_AT_THE_CLOCK));
        }
        return now;
    }

    private void sweep() {
        soon(SWEEP_EVERY, this::sweep);
        sweeping = true;
        look.look();
        engine.sweep();
        queue.sweep();
        waits.sweep();
    }

    private void soon(Duration delay, Runnable action) {
        world.time.after(
                delay,
                () -> {
                    if (alive) {
                        try {
                            action.run();
                        } catch (Faults.Struck _) {
                            // the thread's top: what was begun is rolled back, a sweep takes it up
                            // again
                        }
                    }
                });
    }

    /** Its machine's clock is set, forwards or backwards. */
    final void setClock(Duration wrongBy) {
        own.set(wrongBy);
        if (wrongBy.abs().toMinutes() >= HALF_AN_HOUR) {
            world.invariants.reached(Reached.CLOCK_WRONG_BY_HALF_AN_HOUR);
        }
    }

    /** Takes a plan in as it reads it. */
    RunView submit(String tenant, Runs.Submission sent) {
        var read = world.database.plans.apply(sent.text());
        return runs.submit(
                tenant,
                new Runs.Submission(
                        read,
                        sent.directory(),
                        sent.ladder(),
                        sent.key(),
                        sent.inputs(),
                        sent.parent()));
    }

    /** As SIGKILL does it: what was asked of it and not done is gone. */
    void kill() {
        alive = false;
    }

    int number() {
        return number;
    }

    /** The newest rules that it knows. */
    int rules() {
        return rules;
    }

    TaskQueue queue() {
        return queue;
    }

    RunEngine engine() {
        return engine;
    }

    Runs runs() {
        return runs;
    }

    /** Lets everything in. */
    private static final class OpenDoors implements Admission {
        @Override
        public Admitted admit(String tenant, int wanted) {
            var settings = settings();
            var defaults =
                    new Defaults(
                            settings.defaultCostBudgetUsd(),
                            settings.defaultAttemptBudget(),
                            settings.maxRepairAttempts());
            return new Admitted(defaults, wanted, null);
        }

        @Override
        public void check(String tenant, Plan.Workspace workspace) {}
    }

    private static final class NoLogs implements StepLogs {
        @Override
        public void append(String tenant, Lease lease, long offset, byte[] bytes) {}

        @Override
        public OptionalInt latest(String tenant, String keyPrefix) {
            return OptionalInt.empty();
        }

        @Override
        public byte[] read(String tenant, String key, long offset, int max) {
            return new byte[0];
        }
    }
}
