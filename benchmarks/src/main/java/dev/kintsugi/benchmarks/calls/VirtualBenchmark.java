package dev.kintsugi.benchmarks.calls;

import dev.failsafe.FailsafeExecutor;
import dev.kintsugi.healing.call.WithFallback;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The same calls by 64 virtual threads, which begin together and are awaited; what counts is the
 * time for all of them. Each measured by itself would say nothing: one that does not wait leaves
 * the others no processor.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // set up before the first call
public class VirtualBenchmark {
    private static final int THREADS = 64;
    private static final int CALLS = 1_000;

    @Param public BreaksOn breaksOn;

    private WithFallback<String> kintsugi;
    private FailsafeExecutor<String> failsafe;
    private Supplier<String> resilience4j;

    @Setup
    public void setUp() {
        kintsugi = Peers.kintsugi(breaksOn);
        failsafe = Peers.failsafe(breaksOn);
        resilience4j = Peers.resilience4j(breaksOn);
    }

    @Benchmark
    @OperationsPerInvocation(THREADS * CALLS)
    public void kintsugi() {
        callByAll(() -> kintsugi.call(Peers::operation));
    }

    @Benchmark
    @OperationsPerInvocation(THREADS * CALLS)
    public void resilience4j() {
        callByAll(resilience4j);
    }

    @Benchmark
    @OperationsPerInvocation(THREADS * CALLS)
    public void failsafe() {
        callByAll(() -> failsafe.get(Peers::operation));
    }

    private static void callByAll(Supplier<String> call) {
        var served = new LongAdder();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < THREADS; i++) {
                threads.execute(() -> served.add(served(call)));
            }
        }
        if (served.sum() != THREADS * CALLS) {
            throw new IllegalStateException("not all calls were served: " + served);
        }
    }

    private static int served(Supplier<String> call) {
        int served = 0;
        for (int i = 0; i < CALLS; i++) {
            if (call.get().equals(Peers.POEM)) {
                served++;
            }
        }
        return served;
    }
}
