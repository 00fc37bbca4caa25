package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.Activity;
import dev.kintsugi.server.platform.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks after runs while the server is up: timers, leases that ran out, inboxes left behind by a
 * server that died. It stops after the worker and the web server, so that what these leave behind
 * is still written.
 */
final class RunDriver implements SmartLifecycle, Activity, Readiness {
    /** A vital round older than this means that runs stand still here: the server is not ready. */
    static final Duration MAX_AGE = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(RunDriver.class);

    /** One of them may wait for a webhook. */
    private static final int THREADS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Below that of the web server, which is {@code DEFAULT_PHASE} - 2048. */
    private static final int PHASE = DEFAULT_PHASE - 4096;

    private final List<Round> rounds;
    private final BooleanSupplier busy;
    private final Runnable last;
    private final LongSupplier nanoTime;
    private final List<AtomicLong> vital = new CopyOnWriteArrayList<>();
    private volatile boolean running;
    private ScheduledExecutorService timer = timer();

    /**
     * @param busy whether there are runs that go on
     * @param last done once at the stop, after all rounds
     * @param nanoTime a monotonic clock
     */
    RunDriver(List<Round> rounds, BooleanSupplier busy, Runnable last, LongSupplier nanoTime) {
        this.rounds = List.copyOf(rounds);
        this.busy = busy;
        this.last = last;
        this.nanoTime = nanoTime;
    }

    /**
     * Something done again and again.
     *
     * @param every the pause between the end of one and the begin of the next
     * @param vital whether the server is not ready without it
     */
    record Round(String what, Duration every, boolean vital, Runnable action) {}

    private static ScheduledExecutorService timer() {
        return Executors.newScheduledThreadPool(
                THREADS, Thread.ofPlatform().daemon().name("runs-", 0).factory());
    }

    @Override
    public void start() {
        if (timer.isShutdown()) {
            timer = timer();
        }
        vital.clear();
        for (var round : rounds) {
            var done = new AtomicLong(nanoTime.getAsLong());
            if (round.vital()) {
                vital.add(done);
            }
            var millis = round.every().toMillis();
            var _ =
                    timer.scheduleWithFixedDelay(
                            () -> attempt(round, done), millis, millis, TimeUnit.MILLISECONDS);
        }
        running = true;
    }

    /** Whatever is thrown: what left this thread would end its rounds for good, without a word. */
    private void attempt(Round round, AtomicLong done) {
        try {
            round.action().run();
            done.set(nanoTime.getAsLong());
        } catch (Exception e) {
            log.warn("looking after {} failed, tried again soon: {}", round.what(), e.toString());
        } catch (Throwable e) {
            log.error("looking after {} failed, tried again soon", round.what(), e);
        }
    }

    @Override
    public void stop() {
        running = false;
        timer.shutdown();
        try {
            if (!timer.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException _) {
            timer.shutdownNow();
            Thread.currentThread().interrupt();
        }
        last.run();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean ready() {
        var now = nanoTime.getAsLong();
        return running && vital.stream().allMatch(done -> now - done.get() <= MAX_AGE.toNanos());
    }

    @Override
    public boolean busy() {
        return busy.getAsBoolean();
    }
}
