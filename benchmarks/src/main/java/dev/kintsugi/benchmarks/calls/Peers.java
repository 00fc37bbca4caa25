package dev.kintsugi.benchmarks.calls;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Policy;
import dev.failsafe.RetryPolicy;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.FailureRate;
import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.call.WithFallback;
import dev.kintsugi.healing.health.HealthMonitor;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.SupplierUtils;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The same policies around the same call, by each library in its own words, and somebody who counts
 * what went well and what did not: Kintsugi's monitor of health, and consumers of events for the
 * peers.
 */
final class Peers {
    static final String POEM = "poem";
    static final String NOTHING = "nothing";
    static final int FAILURES = 5;

    private static final int PLACES = 100;
    private static final int ATTEMPTS = 3;
    private static final int SUCCESSES = 2;
    private static final int LEAST_CALLS = 100;
    private static final int PERCENT = 50;
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration SLOW = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private Peers() {}

    static String operation() {
        return POEM;
    }

    /** With nothing but statistics and health. */
    static Recovery kintsugi() {
        var health = HealthMonitor.standard().register("peer");
        return Recovery.of("peer", Setting.standard().listener(health));
    }

    static Breaker kintsugiBreaker(BreaksOn failures) {
        return switch (failures) {
            case RATES ->
                    Breaker.opensAt(
                                    FailureRate.of(PERCENT / 100.0)
                                            .slowCalls(1, SLOW)
                                            .minimumCalls(LEAST_CALLS)
                                            .window(WINDOW))
                            .halfOpenAfter(OPEN)
                            .closesAfter(SUCCESSES);
            case FAILURES_IN_A_ROW ->
                    Breaker.opensAfter(FAILURES).halfOpenAfter(OPEN).closesAfter(SUCCESSES);
        };
    }

    static WithFallback<String> kintsugi(BreaksOn failures) {
        return answered(guarded(failures));
    }

    static WithFallback<String> kintsugiTimed(BreaksOn failures) {
        return answered(guarded(failures).timeout(TIMEOUT));
    }

    private static Recovery guarded(BreaksOn failures) {
        return kintsugi()
                .retry(Retry.attempts(ATTEMPTS))
                .breaker(kintsugiBreaker(failures))
                .bulkhead(Bulkhead.atMost(PLACES));
    }

    private static WithFallback<String> answered(Recovery recovery) {
        return recovery.fallback(Fallback.value(NOTHING, NOTHING));
    }

    static CircuitBreaker<String> failsafeBreaker(BreaksOn failures) {
        var breaker =
                CircuitBreaker.<String>builder().withSuccessThreshold(SUCCESSES).withDelay(OPEN);
        return switch (failures) {
            case RATES -> breaker.withFailureRateThreshold(PERCENT, LEAST_CALLS, WINDOW).build();
            case FAILURES_IN_A_ROW -> breaker.withFailureThreshold(FAILURES).build();
        };
    }

    static FailsafeExecutor<String> failsafe(BreaksOn failures) {
        return counted(guarded(failsafeBreaker(failures)));
    }

    static FailsafeExecutor<String> failsafeTimed(BreaksOn failures) {
        var policies = guarded(failsafeBreaker(failures));
        policies.add(dev.failsafe.Timeout.<String>builder(TIMEOUT).withInterrupt().build());
        return counted(policies);
    }

    private static List<Policy<String>> guarded(CircuitBreaker<String> breaker) {
        var policies = new ArrayList<Policy<String>>();
        policies.add(dev.failsafe.Fallback.of(NOTHING));
        policies.add(RetryPolicy.<String>builder().withMaxAttempts(ATTEMPTS).build());
        policies.add(breaker);
        policies.add(dev.failsafe.Bulkhead.of(PLACES));
        return policies;
    }

    static FailsafeExecutor<String> counted(List<? extends Policy<String>> policies) {
        var succeeded = new LongAdder();
        var failed = new LongAdder();
        return Failsafe.with(policies)
                .onSuccess(_ -> succeeded.increment())
                .onFailure(_ -> failed.increment());
    }

    /** Its exceptions without stack traces, as ours are. */
    static io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jBreaker(
            BreaksOn failures) {
        var config = CircuitBreakerConfig.custom().writableStackTraceEnabled(false);
        var breaker =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                        "peer",
                        switch (failures) {
                            case RATES -> config.build();
                            case FAILURES_IN_A_ROW ->
                                    config.slidingWindowSize(FAILURES)
                                            .minimumNumberOfCalls(FAILURES)
                                            .failureRateThreshold(100)
                                            .permittedNumberOfCallsInHalfOpenState(SUCCESSES)
                                            .build();
                        });
        var succeeded = new LongAdder();
        var failed = new LongAdder();
        breaker.getEventPublisher()
                .onSuccess(_ -> succeeded.increment())
                .onError(_ -> failed.increment())
                .onCallNotPermitted(_ -> failed.increment());
        return breaker;
    }

    static Supplier<String> resilience4j(BreaksOn failures) {
        return resilience4j(failures, Peers::operation);
    }

    private static Supplier<String> resilience4j(BreaksOn failures, Supplier<String> operation) {
        var retry =
                io.github.resilience4j.retry.Retry.of(
                        "peer", RetryConfig.custom().maxAttempts(ATTEMPTS).build());
        var bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.of(
                        "peer", BulkheadConfig.custom().maxConcurrentCalls(PLACES).build());
        Supplier<String> call =
                io.github.resilience4j.bulkhead.Bulkhead.decorateSupplier(bulkhead, operation);
        call =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.decorateSupplier(
                        resilience4jBreaker(failures), call);
        call = io.github.resilience4j.retry.Retry.decorateSupplier(retry, call);
        return SupplierUtils.recover(call, _ -> NOTHING);
    }

    /**
     * Its time limiter bounds futures only: the call goes to a thread of a pool, and is awaited.
     */
    static Supplier<String> resilience4jTimed(BreaksOn failures) {
        ExecutorService pool =
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
        var limiter = TimeLimiter.of(TIMEOUT);
        return resilience4j(
                failures,
                () -> {
                    try {
                        return limiter.executeFutureSupplier(() -> pool.submit(Peers::operation));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }
}
