package dev.kintsugi.server.app;

import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.git.RepositoryRetention;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Deletes checkouts and repositories that were kept long enough: at the start, then hourly. */
final class Retention implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Retention.class);
    private static final long EVERY_MINUTES = 60;

    private final Checkouts checkouts;
    private final RepositoryRetention repositories;
    private volatile @org.jspecify.annotations.Nullable ScheduledExecutorService timer;

    Retention(Checkouts checkouts, RepositoryRetention repositories) {
        this.checkouts = checkouts;
        this.repositories = repositories;
    }

    @Override
    public void start() {
        var fresh =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("retention").factory());
        timer = fresh;
        var _ = fresh.scheduleWithFixedDelay(this::sweep, 0, EVERY_MINUTES, TimeUnit.MINUTES);
    }

    void sweep() {
        attempt("checkouts", checkouts::sweep);
        attempt("repositories", repositories::sweep);
    }

    private static void attempt(String what, Runnable sweep) {
        try {
            sweep.run();
        } catch (RuntimeException e) {
            log.warn("cannot sweep {}, tried again in an hour: {}", what, e.toString());
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
