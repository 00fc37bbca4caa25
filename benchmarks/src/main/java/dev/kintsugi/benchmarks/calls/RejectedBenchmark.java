package dev.kintsugi.benchmarks.calls;

import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Recovery;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Calls that an open breaker refuses; the caller catches the exception. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RejectedBenchmark {
    private final Recovery kintsugi = opened();
    private final FailsafeExecutor<String> failsafe = openedFailsafe();
    private final Supplier<String> resilience4j = openedResilience4j();

    private static Recovery opened() {
        Recovery recovery = Peers.kintsugi();
        recovery.circuitBreaker().orElseThrow().isolate();
        return recovery;
    }

    private static FailsafeExecutor<String> openedFailsafe() {
        var breaker = Peers.failsafeBreaker();
        breaker.open();
        return Failsafe.with(breaker);
    }

    private static Supplier<String> openedResilience4j() {
        var breaker = Peers.resilience4jBreaker();
        breaker.transitionToForcedOpenState();
        return CircuitBreaker.decorateSupplier(breaker, Peers::operation);
    }

    @Benchmark
    public Object kintsugi() {
        try {
            return kintsugi.call(Peers::operation);
        } catch (CallRejected e) {
            return e;
        }
    }

    @Benchmark
    public Object resilience4j() {
        try {
            return resilience4j.get();
        } catch (CallNotPermittedException e) {
            return e;
        }
    }

    @Benchmark
    public Object failsafe() {
        try {
            return failsafe.get(Peers::operation);
        } catch (CircuitBreakerOpenException e) {
            return e;
        }
    }
}
