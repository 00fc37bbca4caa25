package dev.kintsugi.benchmarks.calls;

/**
 * What is measured. Those that compare the same work have breakers that go by rates, since
 * Resilience4j's always do; the others show what it costs us.
 */
enum Scenario {
    ONE_THREAD("success, 1 thread", SuccessBenchmark.class, BreaksOn.RATES, 1),
    TWO_THREADS("success, 2 threads", SuccessBenchmark.class, BreaksOn.RATES, 2),
    VIRTUAL_THREADS("success, 64 virtual threads", VirtualBenchmark.class, BreaksOn.RATES, 1),
    TIMED_ONE_THREAD("success with timeout, 1 thread", TimedBenchmark.class, BreaksOn.RATES, 1),
    TIMED_TWO_THREADS("success with timeout, 2 threads", TimedBenchmark.class, BreaksOn.RATES, 2),
    BREAKER_CONTENDED("breaker alone, 2 threads", BreakerBenchmark.class, BreaksOn.RATES, 2),
    IN_A_ROW_ONE_THREAD(
            "success, 1 thread, failures in a row",
            SuccessBenchmark.class,
            BreaksOn.FAILURES_IN_A_ROW,
            1),
    IN_A_ROW_TWO_THREADS(
            "success, 2 threads, failures in a row",
            SuccessBenchmark.class,
            BreaksOn.FAILURES_IN_A_ROW,
            2),
    IN_A_ROW_VIRTUAL_THREADS(
            "success, 64 virtual threads, failures in a row",
            VirtualBenchmark.class,
            BreaksOn.FAILURES_IN_A_ROW,
            1),
    IN_A_ROW_BREAKER_CONTENDED(
            "breaker alone, 2 threads, failures in a row",
            BreakerBenchmark.class,
            BreaksOn.FAILURES_IN_A_ROW,
            2),
    REJECTED(
            "rejected by an open breaker, 1 thread",
            RejectedBenchmark.class,
            BreaksOn.FAILURES_IN_A_ROW,
            1);

    final String title;
    final Class<?> benchmark;
    final BreaksOn breaksOn;
    final int threads;

    Scenario(String title, Class<?> benchmark, BreaksOn breaksOn, int threads) {
        this.title = title;
        this.benchmark = benchmark;
        this.breaksOn = breaksOn;
        this.threads = threads;
    }
}
