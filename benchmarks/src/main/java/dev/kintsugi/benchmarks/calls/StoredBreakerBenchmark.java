package dev.kintsugi.benchmarks.calls;

import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Setting;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Calls that go well through a closed breaker that is kept in a store which three nodes share. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StoredBreakerBenchmark {
    private final Recovery kintsugi =
            Recovery.of("peer", Setting.standard().breakers(new WellStore()))
                    .breaker(Peers.kintsugiBreaker(BreaksOn.FAILURES_IN_A_ROW));

    @Benchmark
    public String kintsugi() {
        return kintsugi.call(Peers::operation);
    }

    /** All nodes are well; asked every second, so that its own time does not matter. */
    private record WellStore() implements BreakerStore {
        @Override
        public BreakerState load(String component) {
            return BreakerState.closed();
        }

        @Override
        public Votes save(String component, BreakerState state) {
            return new Votes(3, List.of());
        }
    }
}
