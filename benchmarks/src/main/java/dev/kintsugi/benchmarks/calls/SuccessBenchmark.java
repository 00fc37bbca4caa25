package dev.kintsugi.benchmarks.calls;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
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
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Calls that go well through retry, breaker, bulkhead and fallback, and are counted. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SuccessBenchmark {
    static final int PLACES = 100;

    private final LongAdder healthy = new LongAdder();

    /** Stands for the record of health that a monitor keeps. */
    private final HealingListener health =
            new HealingListener() {
                @Override
                public void onEvent(HealingEvent event) {}

                @Override
                public void onSuccess(String component, long nanos) {
                    healthy.increment();
                }
            };

    private final WithFallback<String> kintsugi =
            Recovery.of("peer", Setting.standard().listener(health))
                    .retry(Retry.attempts(3))
                    .breaker(Breaker.opensAfter(5))
                    .bulkhead(Bulkhead.atMost(PLACES))
                    .fallback(Fallback.value("nothing", "nothing"));

    private final FailsafeExecutor<String> failsafe =
            Failsafe.with(
                    List.of(
                            dev.failsafe.Fallback.of("nothing"),
                            RetryPolicy.<String>builder().withMaxAttempts(3).build(),
                            CircuitBreaker.<String>builder()
                                    .withFailureThreshold(5)
                                    .withSuccessThreshold(2)
                                    .withDelay(Duration.ofSeconds(60))
                                    .build(),
                            dev.failsafe.Bulkhead.of(PLACES)));

    private final Supplier<String> resilience4j = decorated();

    private static Supplier<String> decorated() {
        var breaker =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                        "peer", CircuitBreakerConfig.ofDefaults());
        var retry =
                io.github.resilience4j.retry.Retry.of(
                        "peer", RetryConfig.custom().maxAttempts(3).build());
        var bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.of(
                        "peer", BulkheadConfig.custom().maxConcurrentCalls(PLACES).build());
        Supplier<String> inner =
                io.github.resilience4j.bulkhead.Bulkhead.decorateSupplier(
                        bulkhead, SuccessBenchmark::operation);
        inner =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.decorateSupplier(
                        breaker, inner);
        inner = io.github.resilience4j.retry.Retry.decorateSupplier(retry, inner);
        return io.github.resilience4j.core.SupplierUtils.recover(inner, _ -> "nothing");
    }

    static String operation() {
        return "poem";
    }

    @Benchmark
    public String kintsugi() {
        return kintsugi.call(SuccessBenchmark::operation);
    }

    @Benchmark
    public String resilience4j() {
        return resilience4j.get();
    }

    @Benchmark
    public String failsafe() {
        return failsafe.get(SuccessBenchmark::operation);
    }
}
