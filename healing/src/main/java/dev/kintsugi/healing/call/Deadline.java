package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Ticker;
import java.time.Duration;
import java.util.Optional;

/**
 * When a call must have ended. It goes down to whatever the operation does on the same thread:
 * calls through other recoveries begin no attempt after it and wait for none past it.
 */
public final class Deadline {
    static final ScopedValue<Deadline> CURRENT = ScopedValue.newInstance();

    private final Ticker ticker;
    private final long atNanos;
    private final Duration allowed;

    private Deadline(Ticker ticker, Duration allowed) {
        this.ticker = ticker;
        this.atNanos = ticker.nanos() + allowed.toNanos();
        this.allowed = allowed;
    }

    /** How long the call that this thread is in may still take; empty when that is not limited. */
    public static Optional<Duration> remaining() {
        return CURRENT.isBound()
                ? Optional.of(Duration.ofNanos(Math.max(0, CURRENT.get().remainingNanos())))
                : Optional.empty();
    }

    /** Whether this thread is in a call whose deadline has passed. */
    static boolean hasPassed() {
        return CURRENT.isBound() && CURRENT.get().remainingNanos() <= 0;
    }

    /** Whether this thread is in a call that ends within the time given. */
    static boolean isWithin(Duration time) {
        return CURRENT.isBound() && CURRENT.get().remainingNanos() <= time.toNanos();
    }

    /** So long from now, or the one of the call that this thread is in, whichever is earlier. */
    static Deadline in(Duration time, Ticker ticker) {
        return new Deadline(
                ticker, isWithin(time) ? Duration.ofNanos(CURRENT.get().remainingNanos()) : time);
    }

    /** How long it was from the beginning. */
    Duration allowed() {
        return allowed;
    }

    long atNanos() {
        return atNanos;
    }

    long remainingNanos() {
        return atNanos - ticker.nanos();
    }
}
