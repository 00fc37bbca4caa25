package dev.kintsugi.server.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Time that passes only when something is due. One thread; what is due at the same time happens in
 * the order asked.
 */
final class SimulatedTime implements InstantSource {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** Who waits within a wait, at most so deep, waits for no time. */
    private static final int MOST_WAITS = 4;

    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(
                    Comparator.comparingLong(Due::atMillis).thenComparingLong(Due::order));
    private long nowMillis;
    private long order;
    private int waits;

    private record Due(long atMillis, long order, Runnable action) {}

    @Override
    public Instant instant() {
        return START.plusMillis(nowMillis);
    }

    /** Since the world began. */
    Duration elapsed() {
        return Duration.ofMillis(nowMillis);
    }

    /** How long after the world began that was. */
    static Duration elapsed(Instant at) {
        return Duration.between(START, at);
    }

    void after(Duration delay, Runnable action) {
        queue.add(new Due(nowMillis + Math.max(0, delay.toMillis()), order++, action));
    }

    /** Everything stands still: a stopped machine. What was due meanwhile happens late. */
    void jump(Duration by) {
        nowMillis += by.toMillis();
    }

    /** Somebody waits that long: what is due meanwhile happens first. */
    void pass(Duration length) {
        if (waits == MOST_WAITS) {
            return;
        }
        waits++;
        try {
            var until = nowMillis + length.toMillis();
            while (queue.peek() instanceof Due next && next.atMillis <= until) {
                step();
            }
            nowMillis = Math.max(nowMillis, until);
        } finally {
            waits--;
        }
    }

    /**
     * Lets the next thing happen.
     *
     * @return false when nothing is left
     */
    boolean step() {
        var next = queue.poll();
        if (next == null) {
            return false;
        }
        nowMillis = Math.max(nowMillis, next.atMillis);
        next.action.run();
        return true;
    }
}
