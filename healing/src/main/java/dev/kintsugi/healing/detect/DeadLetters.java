package dev.kintsugi.healing.detect;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.Reaction;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last calls that failed for the request's own fault, each with its reason: they are neither
 * retried nor served by something else, so somebody must be able to find them. Hears of them as a
 * {@link HealingListener}, and logs each. Safe for use by many threads.
 */
public final class DeadLetters implements HealingListener {

    /** The most that can be kept. */
    public static final int MAX_CAPACITY = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final int capacity;
    private final InstantSource clock;
    private final ArrayDeque<DeadLetter> kept = new ArrayDeque<>();
    private long dropped;

    /**
     * A call that was given up.
     *
     * @param error what it was, and why it failed
     * @param at when it was put here
     */
    public record DeadLetter(ErrorContext error, Instant at) {

        /** Why, in one line. */
        public String reason() {
            return error.failure().message();
        }
    }

    /**
     * @param capacity how many are kept, 1 to {@value #MAX_CAPACITY}; the oldest make room
     */
    public DeadLetters(int capacity, InstantSource clock) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity must be in [1, " + MAX_CAPACITY + "], was " + capacity);
        }
        this.capacity = capacity;
        this.clock = clock;
    }

    @Override
    public void onEvent(HealingEvent event) {
        if (event instanceof HealingEvent.CallFailed(ErrorContext error, long _)
                && error.disposition().reaction() == Reaction.LOG_AND_SKIP) {
            add(error);
        }
    }

    private void add(ErrorContext error) {
        LOG.warn(
                "{} {} will not be tried again, {}: {}",
                error.component(),
                error.operation(),
                error.errorId(),
                error.failure().message());
        var letter = new DeadLetter(error, clock.instant());
        synchronized (kept) {
            if (kept.size() == capacity) {
                kept.removeFirst();
                dropped++;
            }
            kept.addLast(letter);
        }
    }

    /** What is kept, oldest first. */
    public List<DeadLetter> letters() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
    }

    /** Takes everything out that is kept, oldest first, as when it was dealt with. */
    public List<DeadLetter> drain() {
        synchronized (kept) {
            List<DeadLetter> all = List.copyOf(kept);
            kept.clear();
            return all;
        }
    }

    /** How many had to make room since the beginning. */
    public long dropped() {
        synchronized (kept) {
            return dropped;
        }
    }
}
