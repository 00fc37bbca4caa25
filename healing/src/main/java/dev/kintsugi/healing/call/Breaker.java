package dev.kintsugi.healing.call;

import dev.kintsugi.healing.breaker.BreakerConfig;
import java.time.Duration;
import java.util.Objects;

/**
 * When to stop calling a component that keeps failing, and when to try again. An immutable value.
 *
 * @param config thresholds and times
 */
public record Breaker(BreakerConfig config) {

    public Breaker {
        Objects.requireNonNull(config, "config");
    }

    /**
     * Opens after so many failures in a row, 1 to 1,000; lets a probe through 60 s later, one at a
     * time, and closes after two that went well.
     */
    public static Breaker opensAfter(int failures) {
        return new Breaker(BreakerConfig.standard().withFailureThreshold(failures));
    }

    /** Lets a first probe through after this time, 1 ms to 1 day. */
    public Breaker halfOpenAfter(Duration time) {
        return new Breaker(config.withTimeout(time));
    }

    /** Closes after so many probes that went well, 1 to 1,000. */
    public Breaker closesAfter(int successes) {
        return new Breaker(config.withSuccessThreshold(successes));
    }

    /** Lets so many probes through at a time, 1 to 100. */
    public Breaker probes(int atATime) {
        return new Breaker(config.withHalfOpenMaxCalls(atATime));
    }

    /** Takes a probe for lost, and lets another through, after this time, 1 ms to 1 day. */
    public Breaker probeLease(Duration time) {
        return new Breaker(config.withProbeLease(time));
    }

    @Override
    public String toString() {
        return "breaker(opens after %d failures, half-open after %s, closes after %d)"
                .formatted(config.failureThreshold(), config.timeout(), config.successThreshold());
    }
}
