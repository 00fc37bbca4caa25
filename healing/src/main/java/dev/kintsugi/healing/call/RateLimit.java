package dev.kintsugi.healing.call;

import java.time.Duration;

/**
 * How many calls of a component may begin in a time; others are rejected at once. An immutable
 * value. Places come back evenly; up to {@code calls} may begin at once after a pause, so that it
 * is {@code calls} in the long run, and up to 2 · {@code calls} - 1 in one {@code per} after a
 * pause. Where the other side counts strictly, give half of what it allows, or say the same in a
 * shorter time: 1 per second for 60 per minute begins one at a time.
 *
 * @param calls 1 to 1,000,000, in the long run
 * @param per 1 ms to 1 day
 */
public record RateLimit(int calls, Duration per) {

    public RateLimit {
        Check.count("calls", calls, 1, 1_000_000);
        Check.time("per", per, Duration.ofMillis(1), Duration.ofDays(1));
    }

    /** So many calls, 1 to 1,000,000, in so long, 1 ms to 1 day. */
    public static RateLimit of(int calls, Duration per) {
        return new RateLimit(calls, per);
    }

    @Override
    public String toString() {
        return "rate limit(%d per %s)".formatted(calls, per);
    }
}
