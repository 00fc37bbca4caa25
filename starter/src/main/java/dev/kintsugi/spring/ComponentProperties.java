package dev.kintsugi.spring;

import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.Hedge;
import dev.kintsugi.healing.call.RateLimit;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.RecoveryStrategy;
import dev.kintsugi.healing.call.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * The policies around one component's calls.
 *
 * @param critical Whether the application cannot do without it.
 * @param retry When and after how long a failed call is made again.
 * @param breaker When the component is spared, and for how long.
 * @param rateLimit How many of its calls may begin in a time.
 * @param bulkhead How many of its calls may be under way.
 * @param timeout How long an attempt may take, 1 ms to 1 day. Without limit when not set.
 * @param deadline How long a call may take with all its attempts and waits, 1 ms to 1 day. Without
 *     limit when not set.
 * @param hedge When a slow call is made a second time.
 * @param strategies Names of the recovery strategies that may help, in this order. All when not
 *     set.
 */
record ComponentProperties(
        @DefaultValue("false") boolean critical,
        @DefaultValue RetryProperties retry,
        @DefaultValue BreakerProperties breaker,
        @DefaultValue RateLimitProperties rateLimit,
        @DefaultValue BulkheadProperties bulkhead,
        @Nullable Duration timeout,
        @Nullable Duration deadline,
        @DefaultValue HedgeProperties hedge,
        @Nullable List<String> strategies) {

    /**
     * How many of its calls may begin in a time.
     *
     * @param calls Calls that may begin, 1 to 1000000, in the long run: after a pause as many at
     *     once. Others are rejected at once. Without limit when not set.
     * @param per In which time, 1 ms to 1 day.
     */
    record RateLimitProperties(@Nullable Integer calls, @DefaultValue("1s") Duration per) {}

    /**
     * How many of its calls may be under way.
     *
     * @param maxConcurrent Calls at a time, 1 to 1000000; others are rejected at once. Without
     *     limit when not set.
     */
    record BulkheadProperties(@Nullable Integer maxConcurrent) {}

    /**
     * When a slow call is made a second time. Both are made on threads of their own.
     *
     * @param after From when on it is slow, 1 ms to 1 day. Calls are made once when not set.
     */
    record HedgeProperties(@Nullable Duration after) {}

    /** Of a component of which nothing is said. */
    static ComponentProperties defaults() {
        return new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("component", ComponentProperties.class);
    }

    /** With none but the strategies that are named. */
    Setting setting(Setting all, PropertyPath path) {
        return strategies == null
                ? all
                : all.strategies(strategies.stream().map(it -> strategy(it, all, path)).toList());
    }

    private static RecoveryStrategy strategy(String name, Setting all, PropertyPath path) {
        return all.strategies().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        path.refused(
                                "strategies",
                                name,
                                "there is no such recovery strategy, there are "
                                        + all.strategies().stream()
                                                .map(RecoveryStrategy::name)
                                                .toList()));
    }

    /**
     * A recovery with these policies.
     *
     * @param bare the component's recovery without any
     * @param path of the component
     */
    Recovery around(Recovery bare, PropertyPath path) {
        Recovery recovery = bare.retry(retry.policy(path.then("retry")));
        if (breaker.enabled()) {
            recovery = recovery.breaker(breaker.policy(path.then("breaker")));
        }
        return limited(hedged(recovery, path), path);
    }

    private Recovery limited(Recovery unlimited, PropertyPath path) {
        Recovery recovery = unlimited;
        Integer calls = rateLimit.calls();
        if (calls != null) {
            var limit = path.then("rate-limit");
            limit.checked("calls", calls, it -> RateLimit.of(it, Duration.ofSeconds(1)));
            recovery =
                    recovery.rateLimit(
                            limit.checked("per", rateLimit.per(), it -> RateLimit.of(calls, it)));
        }
        Integer places = bulkhead.maxConcurrent();
        if (places != null) {
            var limit = path.then("bulkhead");
            recovery = recovery.bulkhead(limit.checked("max-concurrent", places, Bulkhead::atMost));
        }
        if (timeout != null) {
            recovery = path.checked("timeout", timeout, recovery::timeout);
        }
        return deadline == null ? recovery : path.checked("deadline", deadline, recovery::deadline);
    }

    private Recovery hedged(Recovery recovery, PropertyPath path) {
        Duration after = hedge.after();
        return after == null
                ? recovery
                : recovery.hedge(path.then("hedge").checked("after", after, Hedge::after));
    }
}
