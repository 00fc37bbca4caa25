package dev.kintsugi.benchmarks.calls;

/** What is measured. */
enum Scenario {
    ONE_THREAD("success, 1 thread", SuccessBenchmark.class, 1, false),
    TWO_THREADS("success, 2 threads", SuccessBenchmark.class, 2, false),
    VIRTUAL_THREADS("success, 64 virtual threads", SuccessBenchmark.class, 64, true),
    TIMED_ONE_THREAD("success with timeout, 1 thread", TimedBenchmark.class, 1, false),
    TIMED_TWO_THREADS("success with timeout, 2 threads", TimedBenchmark.class, 2, false),
    BREAKER_CONTENDED("breaker alone, 2 threads", BreakerBenchmark.class, 2, false),
    REJECTED("rejected by an open breaker", RejectedBenchmark.class, 1, false);

    final String title;
    final Class<?> benchmark;
    final int threads;
    final boolean virtual;

    Scenario(String title, Class<?> benchmark, int threads, boolean virtual) {
        this.title = title;
        this.benchmark = benchmark;
        this.threads = threads;
        this.virtual = virtual;
    }
}
