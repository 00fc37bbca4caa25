package dev.kintsugi.benchmarks.crash;

import java.util.List;

/** Stands in for the measurement that comes with the benchmarks: ends with 7 when told this. */
public final class BenchCrash {
    private static final List<String> TOLD =
            List.of("--kills=8", "--runs=20", "--seed=3", "--json");

    private BenchCrash() {}

    static void main(String[] args) {
        System.exit(List.of(args).equals(TOLD) ? 7 : 1);
    }
}
