package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.Activity;
import dev.kintsugi.server.platform.Readiness;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks after runs while the server is up: timers, leases that ran out, inboxes left behind by a
 * server that died.
 */
final class RunDriver implements SmartLifecycle, Activity, Readiness {
    private static final Logger log = LoggerFactory.getLogger(RunDriver.class);

    /** One of them may wait for a webhook. */
    private static final int THREADS = 3;

    private static final long TIMERS_EVERY_MILLIS = 250;
    private static final long LEASES_EVERY_MILLIS = 1_000;
    private static final long METRICS_EVERY_MILLIS = 2_000;
    private static final long APPROVALS_EVERY_MILLIS = 1_000;
    private static final long FORGET_EVERY_MILLIS = 3_600_000;

    private final RunEngine engine;
    private final TaskQueue queue;
    private final RunStore store;
    private final Transactions transactions;
    private final Afterwards afterwards;
    private volatile boolean running;
    private ScheduledExecutorService timer = timer();

    RunDriver(
            RunEngine engine,
            TaskQueue queue,
            RunStore store,
            Transactions transactions,
            Afterwards afterwards) {
        this.engine = engine;
        this.queue = queue;
        this.store = store;
        this.transactions = transactions;
        this.afterwards = afterwards;
    }

    /** What is written with turns or after them and goes elsewhere later. */
    record Afterwards(AgentMetrics metrics, ApprovalOutbox approvals) {}

    private static ScheduledExecutorService timer() {
        return Executors.newScheduledThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("runs-", 0).factory());
    }

    @Override
    public void start() {
        if (timer.isShutdown()) {
            timer = timer();
        }
        running = true;
        every(TIMERS_EVERY_MILLIS, "timers", engine::sweep);
        every(LEASES_EVERY_MILLIS, "leases", queue::sweep);
        every(METRICS_EVERY_MILLIS, "measurements", afterwards.metrics()::flush);
        every(APPROVALS_EVERY_MILLIS, "approvals", afterwards.approvals()::deliver);
        every(FORGET_EVERY_MILLIS, "old tasks", queue::forget);
    }

    private void every(long millis, String what, Runnable action) {
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> {
                            try {
                                action.run();
                            } catch (RuntimeException e) {
                                log.warn(
                                        "looking after {} failed, tried again soon: {}",
                                        what,
                                        e.toString());
                            }
                        },
                        millis,
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        running = false;
        timer.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean ready() {
        return running;
    }

    @Override
    public boolean busy() {
        return transactions.asSystem(store::going) > 0;
    }
}
