package dev.kintsugi.healing.health;

import dev.kintsugi.healing.HealthStatus;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A user's check under a limit of time, at most once at a time and per spacing; in between its last
 * answer stands.
 */
final class TimedCheck {
    private static final HealthCheck.Answer NOT_ASKED =
            new HealthCheck.Answer(HealthStatus.INSUFFICIENT_DATA, "Health check has not run yet");

    private final HealthCheck check;
    private final Duration limit;
    private final Spacing spacing;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile boolean running;
    private volatile HealthCheck.Answer last = NOT_ASKED;

    TimedCheck(HealthCheck check, Duration limit, Spacing spacing) {
        this.check = check;
        this.limit = limit;
        this.spacing = spacing;
    }

    HealthCheck.Answer last() {
        return last;
    }

    /** Runs the check if it is due; returns at once while it runs. */
    void askIfDue() {
        if (!asking.tryLock()) {
            return;
        }
        try {
            if (spacing.take()) {
                last = running ? critical("has not returned yet") : answer();
            }
        } finally {
            asking.unlock();
        }
    }

    private HealthCheck.Answer answer() {
        var task = new FutureTask<>(this::run);
        Thread.ofVirtual().name("health-check").start(task);
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            task.cancel(true);
            return critical("took longer than " + limit.toMillis() + " ms");
        } catch (ExecutionException e) {
            return critical("failed: " + e.getCause());
        } catch (InterruptedException _) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            return last;
        }
    }

    /** Tells by itself when it ends: a cancelled task is done before its thread is. */
    private HealthCheck.Answer run() throws Exception {
        running = true;
        try {
            return check.check();
        } finally {
            running = false;
        }
    }

    private static HealthCheck.Answer critical(String why) {
        return new HealthCheck.Answer(HealthStatus.CRITICAL, "Health check " + why);
    }
}
