package dev.kintsugi.server.app;

import dev.kintsugi.server.history.Gc;
import dev.kintsugi.server.history.History;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Moves ended runs into history, and at the start, then hourly, deletes what was kept long enough.
 */
final class Housekeeping implements SmartLifecycle {
    /** Pause between two looks for ended runs. */
    static final Duration MOVES = Duration.ofSeconds(10);

    /** Pause between two sweeps. */
    static final Duration SWEEPS = Duration.ofHours(1);

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private final History history;
    private final Gc gc;
    private final BooleanSupplier mayMove;
    private volatile @Nullable ScheduledExecutorService timer;

    /**
     * @param mayMove whether there is time and room to move runs now
     */
    Housekeeping(History history, Gc gc, BooleanSupplier mayMove) {
        this.history = history;
        this.gc = gc;
        this.mayMove = mayMove;
    }

    /** A sweep may take long: it has a thread of its own. */
    @Override
    public void start() {
        var fresh =
                Executors.newScheduledThreadPool(
                        2, Thread.ofPlatform().daemon().name("housekeeping-", 0).factory());
        timer = fresh;
        every(fresh, MOVES, MOVES, "move ended runs", this::moveIfThereIsRoom);
        every(fresh, Duration.ZERO, SWEEPS, "sweep", gc::sweep);
    }

    /** Sweeps go on in need, as they make room; this can wait. */
    private void moveIfThereIsRoom() {
        if (mayMove.getAsBoolean()) {
            history.move();
        }
    }

    private static void every(
            ScheduledExecutorService timer,
            Duration first,
            Duration pause,
            String what,
            Runnable work) {
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> attempt(what, work),
                        first.toMillis(),
                        pause.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            log.warn("cannot {}, tried again later: {}", what, e.toString());
        }
    }

    @Override
    public void stop() {
        var running = timer;
        timer = null;
        if (running != null) {
            running.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return timer != null;
    }
}
