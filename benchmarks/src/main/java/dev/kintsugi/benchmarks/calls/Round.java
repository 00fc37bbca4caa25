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
    static final Round FULL = new Round(4, 7, TimeValue.milliseconds(400));
    static final Round QUICK = new Round(2, 3, TimeValue.milliseconds(200));

    /**
     * @param score per call, in the unit of the benchmark
     * @param bytes allocated per call
     */
    record Measured(double score, double bytes) {}

    Measured measure(Class<?> benchmark, String method, int threads, boolean virtual)
            throws RunnerException {
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include("^" + benchmark.getName() + "\\." + method + "$")
                        .forks(1)
                        .threads(threads)
                        .warmupIterations(warmups)
                        .warmupTime(each)
                        .measurementIterations(iterations)
                        .measurementTime(each)
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT);
        if (virtual) {
            // waiting for each other as iterations begin and end, they would not let each other on
            options.syncIterations(false);
            options.jvmArgsAppend(
                    "--sun-misc-unsafe-memory-access=allow", "-Djmh.executor=VIRTUAL");
        } else {
            options.jvmArgsAppend("--sun-misc-unsafe-memory-access=allow");
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        return measured(results.iterator().next());
    }

    private static Measured measured(RunResult result) {
        double[] nanos =
                result.getBenchmarkResults().iterator().next().getIterationResults().stream()
                        .map(each -> each.getPrimaryResult().getScore())
                        .sorted(Comparator.naturalOrder())
                        .mapToDouble(Double::doubleValue)
                        .toArray();
        var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new Measured(nanos[nanos.length / 2], allocated == null ? 0 : allocated.getScore());
    }
}
