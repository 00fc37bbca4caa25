package dev.kintsugi.client.healing;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recovery that ended, or several that were reported as one.
 *
 * @param success whether the caller was served
 * @param attempts calls of the operation in all, by the last of them
 * @param durationMs mean over them
 * @param count how many they were; 1 when absent, as earlier servers leave it
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
        String message,
        @Nullable Integer count) {

    /** The last ones, newest first. */
    public record RecentRecoveries(List<RecoveryEntry> recoveries) {
        public RecentRecoveries {
            recoveries = List.copyOf(recoveries);
        }
    }
}
