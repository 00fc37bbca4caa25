package dev.kintsugi.client.healing;

import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.Severity;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known about a component.
 *
 * @param circuitBreaker null when it has none
 * @param recovery what was done about its failures
 * @param recentErrors the last that were reported, newest first; at most 20
 */
public record ComponentStats(
        String component,
        ComponentHealthView health,
        @Nullable BreakerView circuitBreaker,
        RecoveryStats.Overall recovery,
        List<RecordedError> recentErrors) {
    public ComponentStats {
        recentErrors = List.copyOf(recentErrors);
    }

    /** A failure that was reported. */
    public record RecordedError(
            Instant at,
            @Nullable String errorId,
            Severity severity,
            FailureCategory category,
            String operation,
            String message,
            @Nullable String requestId,
            @Nullable String userId) {}
}
