package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps a {@link RateLimit} with one number: the time at which all calls so far would have begun
 * had they come evenly (generic cell rate algorithm, ITU-T I.371, annex A). Safe for use by many
 * threads.
 */
final class RateGate {
    private final Ticker ticker;
    private final long origin;
    private final long perNanos;
    private final long eachNanos;
    private final AtomicLong evenly = new AtomicLong();

    RateGate(RateLimit limit, Ticker ticker) {
        this.ticker = ticker;
        this.origin = ticker.nanos();
        this.perNanos = limit.per().toNanos();
        this.eachNanos = Math.max(1, perNanos / limit.calls());
    }

    /** Whether a call may begin now. */
    boolean pass() {
        long now = ticker.nanos() - origin;
        while (true) {
            long before = evenly.get();
            long after = Math.max(before, now) + eachNanos;
            if (after - now > perNanos) {
                return false;
            }
            if (evenly.compareAndSet(before, after)) {
                return true;
            }
        }
    }
}
