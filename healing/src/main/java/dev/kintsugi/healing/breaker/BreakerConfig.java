package dev.kintsugi.healing.breaker;

import java.time.Duration;
import java.util.Objects;

/**
 * How a breaker behaves.
 *
 * @param failureThreshold consecutive failures that open it, 1 to 1,000; default 5
 * @param successThreshold successes that close it again, 1 to 1,000; default 2
 * @param timeout how long it stays open before it lets a probe through, 1 ms to 1 day; default 60 s
 * @param halfOpenMaxCalls probes in flight at a time, 1 to 100; default 1
 * @param probeLease how long a probe may go without an outcome before its place is free again, 1 ms
 *     to 1 day; default 60 s
 */
public record BreakerConfig(
        int failureThreshold,
        int successThreshold,
        Duration timeout,
        int halfOpenMaxCalls,
        Duration probeLease) {

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    public BreakerConfig {
        checkCount("failureThreshold", failureThreshold, 1_000);
        checkCount("successThreshold", successThreshold, 1_000);
        checkTime("timeout", timeout);
        checkCount("halfOpenMaxCalls", halfOpenMaxCalls, 100);
        checkTime("probeLease", probeLease);
    }

    /** The defaults of a call's breaker. */
    public static BreakerConfig standard() {
        return new BreakerConfig(5, 2, Duration.ofSeconds(60), 1, Duration.ofSeconds(60));
    }

    /** The defaults of a run's breaker, kept per tenant and failure class: five minutes open. */
    public static BreakerConfig ofRuns() {
        return standard().withTimeout(Duration.ofMinutes(5));
    }

    /** Stays open for so long, 1 ms to 1 day; default 60 s. */
    public BreakerConfig withTimeout(Duration timeout) {
        return new BreakerConfig(
                failureThreshold, successThreshold, timeout, halfOpenMaxCalls, probeLease);
    }

    /** Opens after so many failures in a row, 1 to 1,000; default 5. */
    public BreakerConfig withFailureThreshold(int failureThreshold) {
        return new BreakerConfig(
                failureThreshold, successThreshold, timeout, halfOpenMaxCalls, probeLease);
    }

    /** Closes after so many probes went well, 1 to 1,000; default 2. */
    public BreakerConfig withSuccessThreshold(int successThreshold) {
        return new BreakerConfig(
                failureThreshold, successThreshold, timeout, halfOpenMaxCalls, probeLease);
    }

    /** Lets so many probes through at a time, 1 to 100; default 1. */
    public BreakerConfig withHalfOpenMaxCalls(int halfOpenMaxCalls) {
        return new BreakerConfig(
                failureThreshold, successThreshold, timeout, halfOpenMaxCalls, probeLease);
    }

    /**
     * Gives the place of a probe without an outcome away after so long, 1 ms to 1 day; default 60
     * s.
     */
    public BreakerConfig withProbeLease(Duration probeLease) {
        return new BreakerConfig(
                failureThreshold, successThreshold, timeout, halfOpenMaxCalls, probeLease);
    }

    private static void checkCount(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " must be in [1, " + max + "], was " + value);
        }
    }

    private static void checkTime(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be in [1 ms, 1 day], was " + value);
        }
    }
}
