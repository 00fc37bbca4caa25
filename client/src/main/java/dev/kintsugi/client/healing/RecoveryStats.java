package dev.kintsugi.client.healing;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How recoveries ended, since they are counted.
 *
 * @param byAction of each recovery action; each is a key
 * @param byComponent of each component that had any
 */
public record RecoveryStats(
        Overall overall, SortedMap<String, Tally> byAction, SortedMap<String, Tally> byComponent) {
    public RecoveryStats {
        byAction = Collections.unmodifiableSortedMap(new TreeMap<>(byAction));
        byComponent = Collections.unmodifiableSortedMap(new TreeMap<>(byComponent));
    }

    /**
     * All recoveries together.
     *
     * @param successfulRecoveries those whose caller was served: recovered and verified
     * @param failedRecoveries the others: contained, and not even that
     * @param successRate successful of all, to three digits; 0 when there were none
     * @param contained harm was stopped, the caller not served
     * @param recovered the caller was served
     * @param verified the caller was served and a probe showed the component well again
     */
    public record Overall(
            long totalRecoveries,
            long successfulRecoveries,
            long failedRecoveries,
            double successRate,
            double avgDurationMs,
            long contained,
            long recovered,
            long verified) {}

    /** As in {@link Overall}. */
    public record Tally(
            long total, long successful, long contained, long recovered, long verified) {}
}
