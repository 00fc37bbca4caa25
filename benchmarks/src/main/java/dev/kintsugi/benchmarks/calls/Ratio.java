package dev.kintsugi.benchmarks.calls;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How many times faster than a peer: the geometric mean over rounds in which both took their turns.
 *
 * @param interval null when there was only one round, which says nothing about others
 */
record Ratio(double mean, @Nullable Interval interval) {

    /** Where the mean of all rounds is with 95% confidence (Student's t on the logarithms). */
    record Interval(double low, double high) {}

    /** Two-sided 95% quantiles of Student's t for 1, 2, … degrees of freedom (any table of it). */
    private static final double[] T_95 = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262
    };

    static final int MAX_ROUNDS = T_95.length + 1;

    /**
     * @param theirs what the peer took in each round
     * @param ours what we took in the same rounds
     */
    static Ratio of(List<Double> theirs, List<Double> ours) {
        int rounds = ours.size();
        if (rounds < 1 || rounds > MAX_ROUNDS || theirs.size() != rounds) {
            throw new IllegalArgumentException(
                    "rounds must be in [1, %d] and equal, were %d and %d"
                            .formatted(MAX_ROUNDS, theirs.size(), rounds));
        }
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < rounds; i++) {
            double log = Math.log(theirs.get(i) / ours.get(i));
            sum += log;
            squares += log * log;
        }
        double mean = sum / rounds;
        if (rounds == 1) {
            return new Ratio(Math.exp(mean), null);
        }
        double variance = Math.max(0, squares - rounds * mean * mean) / (rounds - 1);
        double reach = T_95[rounds - 2] * Math.sqrt(variance / rounds);
        return new Ratio(
                Math.exp(mean), new Interval(Math.exp(mean - reach), Math.exp(mean + reach)));
    }

    static Ratio smaller(Ratio one, Ratio other) {
        return one.mean <= other.mean ? one : other;
    }

    /** For people. */
    String told() {
        return interval == null
                ? String.format(Locale.ROOT, "%.2f", mean)
                : String.format(
                        Locale.ROOT, "%.2f [%.2f, %.2f]", mean, interval.low, interval.high);
    }
}
