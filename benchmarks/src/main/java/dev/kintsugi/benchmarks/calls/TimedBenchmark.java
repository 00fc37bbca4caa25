package dev.kintsugi.benchmarks.calls;

import dev.failsafe.FailsafeExecutor;
import dev.kintsugi.healing.call.WithFallback;
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

/** Calls that go well through retry, breaker, bulkhead, fallback and timeout, and are counted. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // set up before the first call
public class TimedBenchmark {
    @Param public BreaksOn breaksOn;

    private WithFallback<String> kintsugi;
    private FailsafeExecutor<String> failsafe;
    private Supplier<String> resilience4j;

    @Setup
    public void setUp() {
        kintsugi = Peers.kintsugiTimed(breaksOn);
        failsafe = Peers.failsafeTimed(breaksOn);
        resilience4j = Peers.resilience4jTimed(breaksOn);
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
