package dev.kintsugi.healing.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when a test says so: a pause takes it forward, and timers that become due
 * meanwhile run on the thread that moved it. Safe for use by many threads.
 */
public final class ManualTime {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Due(long at, long order, Runnable action) {}

    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private final List<Duration> pauses = new ArrayList<>();
    private Duration clockOffset = Duration.ZERO;
    private long nanos;
    private long order;

    /** Everything from this time, with the draws of a seed. */
    public TimeAndChance with(RandomGenerator chance) {
        return new TimeAndChance(this::now, this::nanos, this::pause, this::after, chance);
    }

    public synchronized Instant now() {
        return START.plusNanos(nanos).plus(clockOffset);
    }

    public synchronized long nanos() {
        return nanos;
    }

    /** Puts the clock forward or back, as a correction of the machine's time does. */
    public synchronized void moveClock(Duration by) {
        clockOffset = clockOffset.plus(by);
    }

    /** Lets time pass, and runs the timers that become due in order of their time. */
    public void pass(Duration time) {
        long until = nanos() + time.toNanos();
        Due next;
        while ((next = due(until)) != null) {
            next.action.run();
        }
        arriveAt(until);
    }

    /** What was waited for so far, in order. */
    public synchronized List<Duration> pauses() {
        return List.copyOf(pauses);
    }

    /** How many timers are still to run. */
    public synchronized int pending() {
        return timers.size();
    }

    private void pause(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (this) {
            pauses.add(time);
        }
        pass(time);
    }

    private synchronized Timers.Timer after(Duration delay, Runnable action) {
        var due = new Due(nanos + delay.toNanos(), order++, action);
        timers.add(due);
        return () -> forget(due);
    }

    private synchronized void forget(Due due) {
        timers.remove(due);
    }

    private synchronized @Nullable Due due(long until) {
        Due next = timers.peek();
        if (next == null || next.at > until) {
            return null;
        }
        nanos = Math.max(nanos, next.at);
        return timers.remove();
    }

    private synchronized void arriveAt(long until) {
        nanos = Math.max(nanos, until);
    }
}
