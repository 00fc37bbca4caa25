package dev.kintsugi.healing.call;

import java.time.Duration;

/**
 * Makes a call a second time while the first is slow, and takes what comes first (J. Dean, L. A.
 * Barroso, "The Tail at Scale", CACM 56(2), 2013). Only for operations that may be made twice. An
 * immutable value. Of all calls of 10 s no more than 5% are made twice.
 *
 * <p>Both run on virtual threads of their own, in one attempt: they share its place in the bulkhead
 * and its timeout. Who comes second is interrupted.
 *
 * @param after when the first is slow, 1 ms to 1 day; best the time within which 95% of calls end
 */
public record Hedge(Duration after) {

    /** Second calls per call. */
    static final RetryBudget BUDGET = new RetryBudget(0.05, 0);

    public Hedge {
        Check.time("after", after, Duration.ofMillis(1), Duration.ofDays(1));
    }

    /** A second call when the first takes longer, 1 ms to 1 day. */
    public static Hedge after(Duration time) {
        return new Hedge(time);
    }

    @Override
    public String toString() {
        return "hedge(after %s)".formatted(after);
    }
}
