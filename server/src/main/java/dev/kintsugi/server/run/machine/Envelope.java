package dev.kintsugi.server.run.machine;

import java.time.Instant;

/**
 * What comes with every event.
 *
 * @param run the run's id
 * @param seq 1 for the first event of the run; no gaps
 * @param at when the event was taken up
 * @param entropy 64 random bits from which every random choice about this event follows
 * @param rules version of the rules the run began under, 1 or more
 */
public record Envelope(String run, long seq, Instant at, long entropy, int rules) {
    /** The rules of this version of the machine. */
    public static final int CURRENT_RULES = 1;

    /**
     * A number drawn from the entropy, uniform in [0, bound].
     *
     * @param bound 0 or more
     */
    long draw(long bound) {
        // SplitMix64's finalizer (Steele, Lea, Flood 2014, figure 16) spreads the bits; the top 53
        // make the fraction
        var z = entropy + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (long) ((z >>> 11) * 0x1.0p-53 * (bound + 1));
    }
}
