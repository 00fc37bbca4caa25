package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a call must have ended. It goes down to whatever the operation does on the same thread:
 * calls through other recoveries begin no attempt after it and wait for none past it.
 */
public final class Deadline {
    static final ScopedValue<Deadline> CURRENT = ScopedValue.newInstance();

    private final Ticker ticker;
    private final long atNanos;
    private final Duration allowed;
    private final String owner;

    private Deadline(Ticker ticker, Duration allowed, String owner) {
        this.owner = owner;
        this.ticker = ticker;
        this.atNanos = ticker.nanos() + allowed.toNanos();
        this.allowed = allowed;
    }

    /** How long the call that this thread is in may still take; empty when that is not limited. */
    public static Optional<Duration> remaining() {
        return Optional.ofNullable(current())
                .map(it -> Duration.ofNanos(Math.max(0, it.remainingNanos())));
    }

    /** That of the call that this thread is in; null when there is none. */
    static @Nullable Deadline current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Whether this thread is in a call whose deadline has passed. */
    static boolean hasPassed() {
        Deadline current = current();
        return current != null && current.remainingNanos() <= 0;
    }

    /** Whether this thread is in a call that ends within the time given. */
    static boolean isWithin(Duration time) {
        Deadline current = current();
        return current != null && current.remainingNanos() <= time.toNanos();
    }

    /**
     * So long from now, or the one of the call that this thread is in, whichever is earlier.
     *
     * @param component which may take so long
     */
    static Deadline in(Duration time, Ticker ticker, String component) {
        if (isWithin(time)) {
            Deadline earlier = CURRENT.get();
            return new Deadline(ticker, Duration.ofNanos(earlier.remainingNanos()), earlier.owner);
        }
        return new Deadline(ticker, time, component);
    }

    /** The component whose limit it is. */
    String owner() {
        return owner;
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
