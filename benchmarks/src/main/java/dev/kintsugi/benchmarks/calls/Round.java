package dev.kintsugi.benchmarks.calls;

import java.util.Collection;
import java.util.Comparator;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * How long one measurement in a process of its own takes.
 *
 * @param iterations the median of which counts, so that a disturbed one does not
 */
record Round(int warmups, int iterations, TimeValue each) {
    static final Round FULL = new Round(4, 5, TimeValue.milliseconds(400));
    static final Round QUICK = new Round(2, 3, TimeValue.milliseconds(200));

    private static final int ERROR_WARMUPS = 5;

    /**
     * @param score per call, in the unit of the benchmark
     * @param bytes allocated per call
     */
    record Measured(double score, double bytes) {}

    Measured measure(Scenario scenario, Library library) throws RunnerException {
        ChainedOptionsBuilder options =
                options(scenario.benchmark, library).threads(scenario.threads);
        if (scenario.benchmark != RejectedBenchmark.class) {
            options.param("breaksOn", scenario.breaksOn.name());
        }
        return measured(options);
    }

    /**
     * Microseconds of a failed call; classification is much code, which takes longer to warm up.
     */
    double errorMicros() throws RunnerException {
        return measured(
                        options(ErrorBenchmark.class, Library.KINTSUGI)
                                .threads(1)
                                .warmupIterations(ERROR_WARMUPS * warmups))
                .score();
    }

    /** Nanoseconds of a call through a breaker that is kept in a store. */
    double storedNanos() throws RunnerException {
        return measured(options(StoredBreakerBenchmark.class, Library.KINTSUGI).threads(1)).score();
    }

    private ChainedOptionsBuilder options(Class<?> benchmark, Library library) {
        return new OptionsBuilder()
                .include("^" + benchmark.getName() + "\\." + library.key() + "$")
                .forks(1)
                .warmupIterations(warmups)
                .warmupTime(each)
                .measurementIterations(iterations)
                .measurementTime(each)
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("--sun-misc-unsafe-memory-access=allow")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    private static Measured measured(ChainedOptionsBuilder options) throws RunnerException {
        Collection<RunResult> results = new Runner(options.build()).run();
        RunResult result = results.iterator().next();
        double[] scores =
                result.getBenchmarkResults().iterator().next().getIterationResults().stream()
                        .map(each -> each.getPrimaryResult().getScore())
                        .sorted(Comparator.naturalOrder())
                        .mapToDouble(Double::doubleValue)
                        .toArray();
        var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new Measured(
                scores[scores.length / 2], allocated == null ? 0 : allocated.getScore());
    }
}
