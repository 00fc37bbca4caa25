package dev.kintsugi.benchmarks.calls;

import dev.failsafe.FailsafeExecutor;
import dev.kintsugi.healing.call.Recovery;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Calls that go well through one breaker that all threads share, and are counted. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // set up before the first call
public class BreakerBenchmark {
    @Param public BreaksOn breaksOn;

    private Recovery kintsugi;
    private FailsafeExecutor<String> failsafe;
    private Supplier<String> resilience4j;

    @Setup
    public void setUp() {
        kintsugi = Peers.kintsugi().breaker(Peers.kintsugiBreaker(breaksOn));
        failsafe = Peers.counted(List.of(Peers.failsafeBreaker(breaksOn)));
        resilience4j =
                CircuitBreaker.decorateSupplier(
                        Peers.resilience4jBreaker(breaksOn), Peers::operation);
    }

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
