package dev.kintsugi.healing.health;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a component is (YAGO's health check result).
 *
 * @param critical whether the system cannot do without the component
 * @param status the level in force, held down before it improves
 * @param errorRate failed calls of all in the window, in [0, 1]; 0 when there were none
 * @param samples calls in the window
 * @param responseTime mean of the measured successful calls in the window; null when there are none
 * @param message one line for people
 * @param issues what speaks against the component, for people; empty when nothing does
 * @param checkedAt when it was looked at
 */
public record HealthCheckResult(
        String component,
        boolean critical,
        HealthStatus status,
        double errorRate,
        long samples,
        @Nullable Duration responseTime,
        String message,
        List<String> issues,
        Instant checkedAt) {

    public HealthCheckResult {
        Objects.requireNonNull(component, "component");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(checkedAt, "checkedAt");
        issues = List.copyOf(issues);
    }

    /** Calls of all in the window that went well, in [0, 1]. */
    public double successRate() {
        return 1 - errorRate;
    }

    /** How bad the error rate is: MEDIUM below 10%, HIGH below 30%, else CRITICAL. */
    public Severity severity() {
        if (errorRate < 0.1) {
            return Severity.MEDIUM;
        }
        return errorRate < 0.3 ? Severity.HIGH : Severity.CRITICAL;
    }
}
