package dev.kintsugi.benchmarks.calls;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.Recovery;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Calls that go well through one breaker that all threads share, and nothing else. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BreakerBenchmark {
    private final Recovery kintsugi = Recovery.of("peer").breaker(Breaker.opensAfter(5));
    private final FailsafeExecutor<String> failsafe = Failsafe.with(Peers.failsafeBreaker());
    private final Supplier<String> resilience4j =
            CircuitBreaker.decorateSupplier(Peers.resilience4jBreaker(), Peers::operation);

    @Benchmark
    public String kintsugi() {
        return kintsugi.call(Peers::operation);
    }

    @Benchmark
    public String resilience4j() {
        return resilience4j.get();
    }

    @Benchmark
    public String failsafe() {
        return failsafe.get(Peers::operation);
    }
}
