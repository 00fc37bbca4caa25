package dev.kintsugi.benchmarks.calls;

import dev.kintsugi.healing.call.Bulkhead;
import dev.kintsugi.healing.call.Recovery;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A call that fails and is classified, counted and told to health and breaker, and one that goes
 * well after it, so that the breaker stays closed. The exceptions and their stack traces are
 * already made; each of the messages is another.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ErrorBenchmark {
    private static final int MESSAGES = 4_096;

    private final Recovery kintsugi =
            Peers.kintsugi()
                    .breaker(Peers.kintsugiBreaker(BreaksOn.FAILURES_IN_A_ROW))
                    .bulkhead(Bulkhead.atMost(100));

    private final SocketTimeoutException[] failures = failures();
    private int next;

    private static SocketTimeoutException[] failures() {
        var made = new SocketTimeoutException[MESSAGES];
        for (int i = 0; i < MESSAGES; i++) {
            made[i] = new SocketTimeoutException("request req_%05d: Read timed out".formatted(i));
        }
        return made;
    }

    @Benchmark
    public Object kintsugi() {
        SocketTimeoutException failure = failures[next++ & MESSAGES - 1];
        Object caught;
        try {
            caught =
                    kintsugi.call(() -> {
                        throw failure;
                    });
        } catch (SocketTimeoutException e) {
            caught = e;
        }
        kintsugi.call(Peers::operation);
        return caught;
    }
}
