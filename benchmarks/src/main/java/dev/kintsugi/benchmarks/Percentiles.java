package dev.kintsugi.benchmarks;

import java.util.List;

/** Percentiles of measured times, in milliseconds, by the nearest rank. */
public record Percentiles(int count, double p50, double p95, double p99, double max) {

    /**
     * @param nanos at least one time
     */
    public static Percentiles of(List<Long> nanos) {
        if (nanos.isEmpty()) {
            throw new IllegalArgumentException("nanos must hold at least one time, was empty");
        }
        var sorted = nanos.stream().sorted().toList();
        return new Percentiles(
                sorted.size(),
                millis(sorted, 0.50),
                millis(sorted, 0.95),
                millis(sorted, 0.99),
                millis(sorted, 1));
    }

    private static double millis(List<Long> sorted, double fraction) {
        int rank = (int) Math.ceil(fraction * sorted.size());
        return Math.round(sorted.get(Math.max(rank, 1) - 1) / 1e3) / 1e3;
    }
}
