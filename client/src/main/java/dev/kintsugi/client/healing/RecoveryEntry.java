package dev.kintsugi.client.healing;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import java.time.Instant;
import java.util.List;

/**
 * A recovery that ended.
 *
 * @param success whether the caller was served
 * @param attempts calls of the operation in all
 */
public record RecoveryEntry(
        Instant at,
        String component,
        String operation,
        RecoveryAction action,
        boolean success,
        RecoveryResult.Outcome outcome,
        int attempts,
        double durationMs,
        String message) {

    /** The last ones, newest first. */
    public record RecentRecoveries(List<RecoveryEntry> recoveries) {
        public RecentRecoveries {
            recoveries = List.copyOf(recoveries);
        }
    }
}
