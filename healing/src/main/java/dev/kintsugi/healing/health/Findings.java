package dev.kintsugi.healing.health;

import dev.kintsugi.healing.HealthStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a component when it is looked at; what follows from it is decided here,
 * without a clock.
 *
 * @param critical whether the system cannot do without it
 * @param calls those of the window
 * @param answers of its own check; empty when it has none
 * @param brokenSince when its circuit breaker opened; null when that is closed
 * @param lastError the message of the last failure; null when there was none
 * @param recoveries those of its calls that were tried lately
 */
public record Findings(
        String component,
        boolean critical,
        CallCounts calls,
        List<HealthCheck.Answer> answers,
        @Nullable Instant brokenSince,
        @Nullable String lastError,
        CallCounts recoveries) {

    /** Beyond this many recoveries, their share of successes is looked at. */
    static final int MANY_RECOVERIES = 100;

    private static final int LEAST_PERCENT_RECOVERED = 90;

    public Findings {
        answers = List.copyOf(answers);
    }

    /**
     * The worst that calls, own check and breaker speak for. Behind a breaker that is not closed
     * there are too few calls to judge by, so that it speaks for UNHEALTHY itself.
     */
    public HealthStatus measured() {
        HealthStatus worst = calls.level();
        if (brokenSince != null && worst.compareTo(HealthStatus.UNHEALTHY) < 0) {
            worst = HealthStatus.UNHEALTHY;
        }
        for (var answer : answers) {
            worst = answer.status().compareTo(worst) > 0 ? answer.status() : worst;
        }
        return worst;
    }

    /**
     * How the component is.
     *
     * @param status the level in force
     * @param at when it was looked at
     */
    public HealthCheckResult result(HealthStatus status, Instant at) {
        List<String> issues = issues();
        return new HealthCheckResult(
                component,
                critical,
                status,
                calls.errorRate(),
                calls.samples(),
                calls.timed() == 0 ? null : Duration.ofNanos(calls.nanos() / calls.timed()),
                issues.isEmpty() ? component + ": " + unremarkable(status) : issues.getFirst(),
                issues,
                at);
    }

    /** Whether too few of many recoveries succeeded. */
    boolean recoversBadly() {
        long tried = recoveries.samples();
        return tried > MANY_RECOVERIES
                && 100 * recoveries.successes() < LEAST_PERCENT_RECOVERED * tried;
    }

    private List<String> issues() {
        var issues = new ArrayList<String>();
        for (var answer : answers) {
            if (answer.status().compareTo(HealthStatus.HEALTHY) > 0) {
                issues.add(component + ": " + answer.message());
            }
        }
        String last = lastError == null ? "" : "; last: " + lastError;
        if (brokenSince != null) {
            issues.add(component + ": its circuit breaker is open since " + brokenSince + last);
        }
        if (calls.level().compareTo(HealthStatus.HEALTHY) > 0) {
            issues.add(component + ": " + failed() + last);
        }
        if (recoversBadly()) {
            issues.add(
                    "%s: only %d of %d recoveries succeeded"
                            .formatted(component, recoveries.successes(), recoveries.samples()));
        }
        return issues;
    }

    private String unremarkable(HealthStatus status) {
        if (status == HealthStatus.INSUFFICIENT_DATA) {
            return calls.samples() + " calls are too few to judge by";
        }
        if (status == HealthStatus.HEALTHY) {
            return answers.isEmpty() ? failed() : answers.getFirst().message();
        }
        return "getting better, " + failed();
    }

    private String failed() {
        long perMille = calls.samples() == 0 ? 0 : 1000 * calls.failures() / calls.samples();
        return "%d of %d calls failed (%d.%d%%)"
                .formatted(calls.failures(), calls.samples(), perMille / 10, perMille % 10);
    }
}
