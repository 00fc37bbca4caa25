package dev.kintsugi.healing.call;

import dev.kintsugi.healing.breaker.BreakerConfig;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When to stop calling a component that keeps failing, and when to try again. An immutable value.
 *
 * @param config thresholds and times
 * @param rate when it also opens, by the share of calls that fail or are slow; null when it does
 *     not
 */
public record Breaker(BreakerConfig config, @Nullable FailureRate rate) {

    /** What opens a breaker by rate alone: with so few calls between, nothing works any more. */
    private static final int MANY_FAILURES = 1_000;

    /** By failures in a row alone. */
    public Breaker(BreakerConfig config) {
        this(config, null);
    }

    public Breaker {
        Objects.requireNonNull(config, "config");
    }

    /**
     * Opens after so many failures in a row, 1 to 1,000; lets a probe through 60 s later, one at a
     * time, and closes after two that went well.
     */
    public static Breaker opensAfter(int failures) {
        return new Breaker(BreakerConfig.standard().withFailureThreshold(failures), null);
    }

    /** Opens by the share of calls that fail or are slow; or after 1,000 failures in a row. */
    public static Breaker opensAt(FailureRate rate) {
        return opensAfter(MANY_FAILURES).orAt(rate);
    }

    /** Opens also by the share of calls that fail or are slow. */
    public Breaker orAt(FailureRate rate) {
        return new Breaker(config, Objects.requireNonNull(rate, "rate"));
    }

    /** Lets a first probe through after this time, 1 ms to 1 day. */
    public Breaker halfOpenAfter(Duration time) {
        return new Breaker(config.withTimeout(time), rate);
    }

    /** Closes after so many probes that went well, 1 to 1,000. */
    public Breaker closesAfter(int successes) {
        return new Breaker(config.withSuccessThreshold(successes), rate);
    }

    /** Lets so many probes through at a time, 1 to 100. */
    public Breaker probes(int atATime) {
        return new Breaker(config.withHalfOpenMaxCalls(atATime), rate);
    }

    /** Takes a probe for lost, and lets another through, after this time, 1 ms to 1 day. */
    public Breaker probeLease(Duration time) {
        return new Breaker(config.withProbeLease(time), rate);
    }

    @Override
    public String toString() {
        return "breaker(opens after %d failures%s, half-open after %s, closes after %d, probes %d at a time, each leased for %s)"
                .formatted(
                        config.failureThreshold(),
                        rate == null ? "" : " or " + rate,
                        config.timeout(),
                        config.successThreshold(),
                        config.halfOpenMaxCalls(),
                        config.probeLease());
    }
}
