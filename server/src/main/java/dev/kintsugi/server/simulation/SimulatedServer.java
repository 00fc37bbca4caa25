package dev.kintsugi.server.simulation;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.server.budget.MemoryBudgets;
import dev.kintsugi.server.platform.Ids;
import dev.kintsugi.server.platform.MetaV4Settings;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.queue.MemoryTaskStore;
import dev.kintsugi.server.queue.StepLogs;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.Breakers;
import dev.kintsugi.server.run.Chain;
import dev.kintsugi.server.run.MemoryRunStore;
import dev.kintsugi.server.run.RunEngine;
import dev.kintsugi.server.run.RunInbox;
import dev.kintsugi.server.run.RunPorts;
import dev.kintsugi.server.run.RunStore;
import dev.kintsugi.server.run.Runs;
import dev.kintsugi.server.run.Turns;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A server process in simulated time: engine and queue on a database that outlives it. */
final class SimulatedServer {
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(2);

    private final SimulatedTime time;
    private final TaskQueue queue;
    private final RunEngine engine;
    private final Runs runs;
    private boolean alive = true;

    /** What outlives server processes. */
    record Database(
            Transactions transactions,
            RunStore runs,
            TaskStore tasks,
            MemoryBudgets budgets,
            Breakers breakers) {

        static Database fresh(Faults faults, Plants plants, Invariants invariants) {
            var memory = new MemoryTransactions();
            return new Database(
                    new CrashingTransactions(memory, faults, invariants),
                    plants.runs().apply(new MemoryRunStore(memory)),
                    plants.tasks().apply(new MemoryTaskStore(memory, new TreeMap<>())),
                    new MemoryBudgets(memory),
                    Breakers.inMemory(memory));
        }
    }

    SimulatedServer(
            Database database,
            SimulatedTime time,
            Invariants invariants,
            Leases leases,
            SplittableRandom random) {
        this.time = time;
        var turns = new Turns(action -> soon(Duration.ofMillis(1), action));
        var inbox = new RunInbox(database.transactions(), database.runs(), turns, invariants);
        queue =
                new TaskQueue(
                        database.transactions(),
                        database.tasks(),
                        new NoLogs(),
                        leases.watching(inbox),
                        time);
        var ports =
                new RunPorts(
                        database.transactions(),
                        database.runs(),
                        queue,
                        database.budgets(),
                        database.breakers(),
                        (_, _, _, _) -> {},
                        invariants,
                        new Chain(new byte[32]),
                        time,
                        random);
        // seldom, often and always: a state read back must be the state
        engine = new RunEngine(ports, inbox, turns, 1 << (2 * random.nextInt(5)));
        runs = new Runs(ports, engine, new Ids(time, random), settings(), _ -> {});
        soon(SWEEP_EVERY, this::sweep);
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

    private void sweep() {
        soon(SWEEP_EVERY, this::sweep);
        engine.sweep();
        queue.sweep();
    }

    private void soon(Duration delay, Runnable action) {
        time.after(
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

    /** As SIGKILL does it: what was asked of it and not done is gone. */
    void kill() {
        alive = false;
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

    private static final class NoLogs implements StepLogs {
        @Override
        public void append(String tenant, Lease lease, long offset, byte[] bytes) {}

        @Override
        public byte[] read(String tenant, String key, long offset, int max) {
            return new byte[0];
        }

        @Override
        public OptionalInt latest(String tenant, String keyPrefix) {
            return OptionalInt.empty();
        }
    }
}
