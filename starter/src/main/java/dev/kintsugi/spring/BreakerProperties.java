package dev.kintsugi.spring;

import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.FailureRate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When the component is spared, and for how long.
 *
 * @param enabled Whether there is a breaker.
 * @param failureThreshold Failures in a row that open it, 1 to 1000.
 * @param successThreshold Probes in a row that must go well to close it, 1 to 1000.
 * @param timeout Until the first probe, 1 ms to 1 day.
 * @param halfOpenMaxCalls Probes at a time, 1 to 100.
 * @param rate When it also opens, by the share of calls that fail or are slow.
 */
record BreakerProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("5") int failureThreshold,
        @DefaultValue("2") int successThreshold,
        @DefaultValue("60s") Duration timeout,
        @DefaultValue("1") int halfOpenMaxCalls,
        @DefaultValue Rate rate) {

    /**
     * When it also opens, by the share of calls that fail or are slow.
     *
     * @param enabled Whether it does.
     * @param failures Share of failed calls, above 0 up to 1.
     * @param slow Share of slow calls, above 0 up to 1.
     * @param slowAfter From when on a call is slow, 1 ms to 1 day. Never when not set.
     * @param minimumCalls Below so many calls in the window nothing is concluded, 1 to 1000000.
     * @param window Over how long calls are counted, 1 second to 1 hour.
     */
    record Rate(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("0.5") double failures,
            @DefaultValue("1") double slow,
            @Nullable Duration slowAfter,
            @DefaultValue("20") int minimumCalls,
            @DefaultValue("10s") Duration window) {

        FailureRate policy(PropertyPath path) {
            FailureRate failed = path.checked("failures", failures, FailureRate::of);
            FailureRate rate =
                    path.checked("slow", slow, it -> failed.slowCalls(it, failed.slowAfter()));
            if (slowAfter != null) {
                FailureRate any = rate;
                rate = path.checked("slow-after", slowAfter, it -> any.slowCalls(slow, it));
            }
            FailureRate counted = path.checked("minimum-calls", minimumCalls, rate::minimumCalls);
            return path.checked("window", window, counted::window);
        }
    }

    Breaker policy(PropertyPath path) {
        Breaker opens = path.checked("failure-threshold", failureThreshold, Breaker::opensAfter);
        Breaker closes = path.checked("success-threshold", successThreshold, opens::closesAfter);
        Breaker times = path.checked("timeout", timeout, closes::halfOpenAfter);
        Breaker probes = path.checked("half-open-max-calls", halfOpenMaxCalls, times::probes);
        return rate.enabled() ? probes.orAt(rate.policy(path.then("rate"))) : probes;
    }
}
