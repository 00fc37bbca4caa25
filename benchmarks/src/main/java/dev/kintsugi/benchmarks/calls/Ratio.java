package dev.kintsugi.benchmarks.calls;

import java.util.List;

/**
 * How many times faster than a peer: the geometric mean over rounds in which both took their turns,
 * and the interval in which it is with 95% confidence (Student's t on the logarithms).
 *
 * @param low below {@code mean}; 0 when there was only one round
 * @param high above {@code mean}; infinite when there was only one round
 */
record Ratio(double mean, double low, double high) {
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
            return new Ratio(Math.exp(mean), 0, Double.POSITIVE_INFINITY);
        }
        double variance = Math.max(0, squares - rounds * mean * mean) / (rounds - 1);
        double reach = T_95[rounds - 2] * Math.sqrt(variance / rounds);
        return new Ratio(Math.exp(mean), Math.exp(mean - reach), Math.exp(mean + reach));
    }

    static Ratio smaller(Ratio one, Ratio other) {
        return one.mean <= other.mean ? one : other;
    }
}
