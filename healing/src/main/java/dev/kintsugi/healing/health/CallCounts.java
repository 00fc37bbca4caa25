package dev.kintsugi.healing.health;

import dev.kintsugi.healing.HealthStatus;

/**
 * Calls that were counted; request errors are not among them.
 *
 * @param criticals failures of critical severity; they are among the failures too
 * @param timed successes whose time was measured
 * @param nanos how long these took together
 */
public record CallCounts(long successes, long failures, long criticals, long timed, long nanos) {
    public static final CallCounts NONE = new CallCounts(0, 0, 0, 0, 0);

    /** Below this many calls an error rate says nothing. */
    public static final int ENOUGH = 20;

    /** Calls in all. */
    public long samples() {
        return successes + failures;
    }

    /** Failures of all, in [0, 1]; 0 when there were no calls. */
    public double errorRate() {
        return samples() == 0 ? 0 : (double) failures / samples();
    }

    /** Both together. */
    public CallCounts plus(CallCounts other) {
        return new CallCounts(
                successes + other.successes,
                failures + other.failures,
                criticals + other.criticals,
                timed + other.timed,
                nanos + other.nanos);
    }

    CallCounts minus(CallCounts other) {
        return new CallCounts(
                successes - other.successes,
                failures - other.failures,
                criticals - other.criticals,
                timed - other.timed,
                nanos - other.nanos);
    }

    /** The level that the counts speak for; a critical error needs no others beside it. */
    public HealthStatus level() {
        if (criticals > 0) {
            return HealthStatus.CRITICAL;
        }
        long samples = samples();
        if (samples < ENOUGH) {
            return HealthStatus.INSUFFICIENT_DATA;
        }
        // whole numbers: 5 of 100 is exactly 5%
        long percent = 100 * failures;
        if (percent < 5 * samples) {
            return HealthStatus.HEALTHY;
        }
        if (percent < 20 * samples) {
            return HealthStatus.DEGRADED;
        }
        return percent < 50 * samples ? HealthStatus.UNHEALTHY : HealthStatus.CRITICAL;
    }
}
