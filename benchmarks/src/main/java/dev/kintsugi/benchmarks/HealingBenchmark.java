package dev.kintsugi.benchmarks;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence.ProcessExit;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.Fingerprint;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it takes to say what a failed compilation is. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class HealingBenchmark {
    private static final String JAVAC =
            """
            src/Cart.java:4: error: cannot find symbol
                private final List<String> items = new ArrayList<>();
                              ^
              symbol:   class List
              location: class Cart
            src/Cart.java:4: error: cannot find symbol
                private final List<String> items = new ArrayList<>();
                                                       ^
              symbol:   class ArrayList
              location: class Cart
            2 errors
            """;

    private final Classifier classifier = Classifier.standard();
    private final ProcessExit javac = new ProcessExit(1, false, JAVAC);

    @Benchmark
    public Failure classifyJavacFailure() {
        return classifier.classify(javac);
    }

    @Benchmark
    public String fingerprintJavacFailure() {
        return Fingerprint.of("java-missing-import", JAVAC);
    }
}
