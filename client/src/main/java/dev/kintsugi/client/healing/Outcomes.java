package dev.kintsugi.client.healing;

import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.Severity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How calls of a component went, as one process saw it since its last report.
 *
 * @param batchId 1 to 100 characters; a batch that was taken within the last 24 h is not taken
 *     again
 * @param node who reports, 1 to 100 characters: breakers want more than one node's word
 * @param successes calls that went well, 0 to 1,000,000; none when absent
 * @param responseTimeMs mean over those of them that were measured; absent when none was
 * @param failures calls that failed, in order; at most 1,000
 * @param recoveries recoveries that ended, in order; at most 1,000
 */
public record Outcomes(
        @Nullable String batchId,
        @Nullable String node,
        @Nullable Long successes,
        @Nullable Double responseTimeMs,
        @Nullable List<FailedCall> failures,
        @Nullable List<EndedRecovery> recoveries) {

    /**
     * A call that failed.
     *
     * @param severity as usual for its category, when absent
     * @param disposition as usual for its category, when absent; a {@code client_error} counts
     *     neither for nor against the component
     * @param message at most 500 characters are kept
     * @param count how many such calls failed, 1 to 1,000,000; 1 when absent
     */
    public record FailedCall(
            @Nullable FailureCategory category,
            @Nullable Severity severity,
            @Nullable Disposition disposition,
            @Nullable String operation,
            @Nullable String message,
            @Nullable String errorId,
            @Nullable String requestId,
            @Nullable String userId,
            @Nullable Integer count) {}

    /**
     * A recovery that ended, or several that ended alike.
     *
     * @param attempts calls of the operation in all, the first included, by the last of them; 0
     *     when absent
     * @param durationMs mean over them, 0 to a day; 0 when absent
     * @param message of the last of them; at most 500 characters are kept
     * @param count how many ended so, 1 to 1,000,000; 1 when absent
     */
    public record EndedRecovery(
            @Nullable RecoveryAction action,
            RecoveryResult.@Nullable Outcome outcome,
            @Nullable String operation,
            @Nullable Integer attempts,
            @Nullable Double durationMs,
            @Nullable String message,
            @Nullable Integer count) {}

    /**
     * What came of a report.
     *
     * @param accepted false when the batch had been taken before; it is not counted twice
     * @param circuitBreaker the breaker after it; null when the component has none
     */
    public record Taken(boolean accepted, @Nullable BreakerView circuitBreaker) {}
}
