package dev.kintsugi.spring;

import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * The policies around one component's calls.
 *
 * @param critical Whether the application cannot do without it.
 * @param retry When and after how long a failed call is made again.
 * @param breaker When the component is spared, and for how long.
 * @param bulkhead How many of its calls may be under way.
 * @param timeout How long an attempt may take, 1 ms to 1 day. Without limit when not set.
 * @param deadline How long a call may take with all its attempts and waits, 1 ms to 1 day. Without
 *     limit when not set.
 */
record ComponentProperties(
        @DefaultValue("false") boolean critical,
        @DefaultValue RetryProperties retry,
        @DefaultValue BreakerProperties breaker,
        @DefaultValue BulkheadProperties bulkhead,
        @Nullable Duration timeout,
        @Nullable Duration deadline) {

    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * When and after how long a failed call is made again.
     *
     * @param maxAttempts Calls in all, the first included, 1 to 10.
     * @param initialDelay Longest wait before the first retry, 0 to 1 day.
     * @param maxDelay No wait is longer, initial-delay to 1 day.
     * @param multiplier Factor from one wait to the next, 1 to 10.
     * @param jitter Whether waits are drawn at random up to their length.
     */
    record RetryProperties(
            @DefaultValue("3") int maxAttempts,
            @DefaultValue("1s") Duration initialDelay,
            @DefaultValue("60s") Duration maxDelay,
            @DefaultValue("2") double multiplier,
            @DefaultValue("true") boolean jitter) {}

    /**
     * When the component is spared, and for how long.
     *
     * @param enabled Whether there is a breaker.
     * @param failureThreshold Failures in a row that open it, 1 to 1000.
     * @param successThreshold Probes in a row that must go well to close it, 1 to 1000.
     * @param timeout Until the first probe, 1 ms to 1 day.
     * @param halfOpenMaxCalls Probes at a time, 1 to 100.
     */
    record BreakerProperties(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("5") int failureThreshold,
            @DefaultValue("2") int successThreshold,
            @DefaultValue("60s") Duration timeout,
            @DefaultValue("1") int halfOpenMaxCalls) {}

    /**
     * How many of its calls may be under way.
     *
     * @param maxConcurrent Calls at a time, 1 to 1000000; others are rejected at once. Without
     *     limit when not set.
     */
    record BulkheadProperties(@Nullable Integer maxConcurrent) {}

    /** Of a component of which nothing is said. */
    static ComponentProperties defaults() {
        return new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("component", ComponentProperties.class);
    }

    /**
     * A recovery with these policies.
     *
     * @param bare the component's recovery without any
     * @param path the properties' common beginning, for messages
     * @throws InvalidConfigurationPropertyValueException for a value that makes no sense
     */
    Recovery around(Recovery bare, String path) {
        Recovery recovery = bare.retry(retry(path + ".retry."));
        if (breaker.enabled()) {
            recovery = recovery.breaker(breaker(path + ".breaker."));
        }
        Integer places = bulkhead.maxConcurrent();
        if (places != null) {
            String property = path + ".bulkhead.max-concurrent";
            recovery = recovery.bulkhead(checked(property, places, Bulkhead::atMost));
        }
        if (timeout != null) {
            recovery = checked(path + ".timeout", timeout, recovery::timeout);
        }
        return deadline == null
                ? recovery
                : checked(path + ".deadline", deadline, recovery::deadline);
    }

    private Retry retry(String path) {
        Retry attempts = checked(path + "max-attempts", retry.maxAttempts(), Retry::attempts);
        Duration first = retry.initialDelay();
        checked(path + "initial-delay", first, it -> attempts.backoff(it, LONGEST));
        Retry waits =
                checked(path + "max-delay", retry.maxDelay(), it -> attempts.backoff(first, it));
        Retry rising = checked(path + "multiplier", retry.multiplier(), waits::base);
        return retry.jitter() ? rising : rising.withoutJitter();
    }

    private Breaker breaker(String path) {
        Breaker opens =
                checked(
                        path + "failure-threshold",
                        breaker.failureThreshold(),
                        Breaker::opensAfter);
        Breaker closes =
                checked(path + "success-threshold", breaker.successThreshold(), opens::closesAfter);
        Breaker times = checked(path + "timeout", breaker.timeout(), closes::halfOpenAfter);
        return checked(path + "half-open-max-calls", breaker.halfOpenMaxCalls(), times::probes);
    }

    /** What the library makes of a value; what it refuses is told with the property's name. */
    private static <V, P> P checked(String property, V value, Function<V, P> policy) {
        try {
            return policy.apply(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(
                    property, value, String.valueOf(e.getMessage()));
        }
    }
}
