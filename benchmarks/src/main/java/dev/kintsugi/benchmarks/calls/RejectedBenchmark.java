package dev.kintsugi.benchmarks.calls;

import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.FailsafeExecutor;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Recovery;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Calls that a breaker refuses, which opened a moment ago and looks whether its time is up; the
 * caller catches the exception.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RejectedBenchmark {
    private static final BreaksOn OPENED_BY = BreaksOn.FAILURES_IN_A_ROW;

    private final Recovery kintsugi = opened();
    private final FailsafeExecutor<String> failsafe = openedFailsafe();
    private final Supplier<String> resilience4j = openedResilience4j();

    private static Recovery opened() {
        Recovery recovery = Peers.kintsugi().breaker(Peers.kintsugiBreaker(OPENED_BY));
        for (int i = 0; i < Peers.FAILURES; i++) {
            try {
                recovery.call(() -> {
                    throw new IllegalStateException("I/O error: Connection refused");
                });
            } catch (IllegalStateException _) {
                // as it is meant
            }
        }
        return recovery;
    }

    private static FailsafeExecutor<String> openedFailsafe() {
        var breaker = Peers.failsafeBreaker(OPENED_BY);
        breaker.open();
        return Peers.counted(List.of(breaker));
    }

    private static Supplier<String> openedResilience4j() {
        var breaker = Peers.resilience4jBreaker(OPENED_BY);
        breaker.transitionToOpenState();
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
