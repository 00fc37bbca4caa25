package dev.kintsugi.healing.health;

import dev.kintsugi.healing.time.Ticker;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets something happen at most once per stretch of time, the first time at once. */
final class Spacing {
    private final Ticker ticker;
    private final long nanos;
    private final AtomicReference<@Nullable Long> taken = new AtomicReference<>();

    Spacing(Ticker ticker, long nanos) {
        this.ticker = ticker;
        this.nanos = nanos;
    }

    /** Whether it is time; then the next stretch begins. */
    boolean take() {
        Long before = taken.get();
        long now = ticker.nanos();
        return (before == null || now - before >= nanos) && taken.compareAndSet(before, now);
    }

    /** The next time comes at once. */
    void forget() {
        taken.set(null);
    }
}
