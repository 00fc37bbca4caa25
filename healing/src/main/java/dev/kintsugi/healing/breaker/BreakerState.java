package dev.kintsugi.healing.breaker;

import java.time.Instant;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a breaker knows; small enough for a row.
 *
 * @param phase closed, open or half-open
 * @param failureCount consecutive failures while closed; 0 otherwise
 * @param successCount successes since it became half-open
 * @param openedAt when it last opened; null while closed
 * @param isolated whether a person opened it: then only a reset closes it
 * @param since permits up to this one were given in an earlier phase; their outcomes no longer
 *     count
 * @param lastPermit the highest permit given so far
 * @param probes permits of probes in flight, with the time until which each holds its place
 */
public record BreakerState(
        BreakerPhase phase,
        int failureCount,
        int successCount,
        @Nullable Instant openedAt,
        boolean isolated,
        long since,
        long lastPermit,
        SortedMap<Long, Instant> probes) {

    public BreakerState {
        Objects.requireNonNull(phase, "phase");
        if ((phase == BreakerPhase.CLOSED) != (openedAt == null)) {
            throw new IllegalArgumentException("openedAt must be set exactly when not closed");
        }
        if (isolated && phase != BreakerPhase.OPEN) {
            throw new IllegalArgumentException("an isolated breaker must be open");
        }
        probes = Collections.unmodifiableSortedMap(new TreeMap<>(probes));
    }

    /** A closed breaker that has seen nothing. */
    public static BreakerState closed() {
        return closed(0, 0);
    }

    static BreakerState closed(long since, long lastPermit) {
        return new BreakerState(
                BreakerPhase.CLOSED, 0, 0, null, false, since, lastPermit, new TreeMap<>());
    }
}
