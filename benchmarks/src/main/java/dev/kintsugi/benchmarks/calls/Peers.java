package dev.kintsugi.benchmarks.calls;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Policy;
import dev.failsafe.RetryPolicy;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.call.WithFallback;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.core.SupplierUtils;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** The same policies around the same call, by each library in its own words. */
final class Peers {
    static final String POEM = "poem";
    static final String NOTHING = "nothing";

    private static final int PLACES = 100;
    private static final int ATTEMPTS = 3;
    private static final int FAILURES = 5;
    private static final int SUCCESSES = 2;
    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private Peers() {}

    static String operation() {
        return POEM;
    }

    /** With a listener as a monitor of health is one. */
    static Recovery kintsugi() {
        var healthy = new LongAdder();
        HealingListener health =
                new HealingListener() {
                    @Override
                    public void onEvent(HealingEvent event) {}

                    @Override
                    public void onSuccess(String component, long nanos) {
                        healthy.increment();
                    }
                };
        return Recovery.of("peer", Setting.standard().listener(health))
                .retry(Retry.attempts(ATTEMPTS))
                .breaker(Breaker.opensAfter(FAILURES).halfOpenAfter(OPEN).closesAfter(SUCCESSES))
                .bulkhead(Bulkhead.atMost(PLACES));
    }

    static WithFallback<String> kintsugiAnswered() {
        return kintsugi().fallback(Fallback.value(NOTHING, NOTHING));
    }

    static WithFallback<String> kintsugiTimed() {
        return kintsugi().timeout(TIMEOUT).fallback(Fallback.value(NOTHING, NOTHING));
    }

    static CircuitBreaker<String> failsafeBreaker() {
        return CircuitBreaker.<String>builder()
                .withFailureThreshold(FAILURES)
                .withSuccessThreshold(SUCCESSES)
                .withDelay(OPEN)
                .build();
    }

    static FailsafeExecutor<String> failsafe(boolean timed) {
        var policies = new ArrayList<Policy<String>>();
        policies.add(dev.failsafe.Fallback.of(NOTHING));
        policies.add(RetryPolicy.<String>builder().withMaxAttempts(ATTEMPTS).build());
        policies.add(failsafeBreaker());
        policies.add(dev.failsafe.Bulkhead.of(PLACES));
        if (timed) {
            policies.add(dev.failsafe.Timeout.<String>builder(TIMEOUT).withInterrupt().build());
        }
        return Failsafe.with(policies);
    }

    static io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jBreaker() {
        return io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("peer");
    }

    static Supplier<String> resilience4j(Supplier<String> operation) {
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
                        resilience4jBreaker(), call);
        call = io.github.resilience4j.retry.Retry.decorateSupplier(retry, call);
        return SupplierUtils.recover(call, _ -> NOTHING);
    }

    /**
     * Its time limiter bounds futures only: the call goes to a thread of a pool, and is awaited.
     */
    static Supplier<String> resilience4jTimed() {
        ExecutorService pool =
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
        var limiter = TimeLimiter.of(TIMEOUT);
        return resilience4j(() -> {
            try {
                return limiter.executeFutureSupplier(() -> pool.submit(Peers::operation));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
