package dev.kintsugi.server.simulation;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.Worker;
import dev.kintsugi.server.queue.TaskQueue;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A worker process in simulated time: the real loop, until it is killed. */
final class SimulatedWorker implements Worker.Runtime {
    private static final int SLOTS = 3;
    private static final double MOST_DRIFT = 0.2;

    private final SimulatedTime time;
    private final Invariants invariants;
    private final Work work;
    private final double pace;
    private final Worker worker;
    private final Map<String, TaskContext> executing = new HashMap<>();
    private boolean alive = true;
    private Duration frozenUntil = Duration.ZERO;

    /**
     * @param drift in [0, 1): where between slow and fast its clock goes
     * @param work does a task in simulated time and calls back with its result
     */
    SimulatedWorker(
            String id,
            WorkerProtocol server,
            SimulatedTime time,
            Invariants invariants,
            double drift,
            Work work) {
        this.time = time;
        this.invariants = invariants;
        this.work = work;
        pace = 1 - MOST_DRIFT + 2 * MOST_DRIFT * drift;
        var slots = new TreeMap<QueueClass, Integer>();
        for (var queue : QueueClass.values()) {
            slots.put(queue, SLOTS);
        }
        worker =
                new Worker(
                        new Worker.Settings(
                                id,
                                null,
                                slots,
                                new TreeSet<>(Arrays.asList(TaskKind.values())),
                                new TreeSet<>(),
                                2 * SLOTS,
                                TaskQueue.LEASE.dividedBy(3),
                                Duration.ZERO),
                        server,
                        this);
    }

    /** What a worker does with a task. */
    interface Work {
        /**
         * Begins.
         *
         * @param receipt hands in what the outside world answered
         * @param done reports the end
         */
        void begin(LeasedTask task, Consumer<String> receipt, Consumer<TaskResult> done);
    }

    void start() {
        worker.start();
    }

    /** As SIGKILL does it: nothing is given back, nothing more is said. */
    void kill() {
        alive = false;
    }

    /** As SIGSTOP and SIGCONT do it: what is due meanwhile happens late, its leases unrenewed. */
    void freeze(Duration length) {
        frozenUntil = time.elapsed().plus(length);
    }

    /** As an orderly shutdown does it. */
    void stop() {
        worker.stop("released: the worker stops");
        alive = false;
    }

    @Override
    public void execute(Runnable action) {
        schedule(Duration.ZERO, action);
    }

    @Override
    public long nanos() {
        return Math.round(time.elapsed().toNanos() / pace);
    }

    @Override
    public void schedule(Duration delay, Runnable action) {
        time.after(Duration.ofMillis(Math.round(delay.toMillis() * pace)), () -> thawed(action));
    }

    private void thawed(Runnable action) {
        var left = frozenUntil.minus(time.elapsed());
        if (left.isPositive()) {
            time.after(left, () -> thawed(action));
        } else if (alive) {
            action.run();
        }
    }

    @Override
    public void start(LeasedTask task, TaskContext context, Consumer<TaskResult> done) {
        if (!alive) {
            return;
        }
        var key = task.task().key();
        var earlier = executing.put(key, context);
        invariants.check(
                earlier == null || earlier.cancelled(),
                "a worker does %s although it is at it already".formatted(key));
        work.begin(
                task,
                text -> thawed(() -> context.receipt(text)),
                result ->
                        thawed(() -> {
                            executing.remove(key, context);
                            done.accept(result);
                        }));
    }
}
