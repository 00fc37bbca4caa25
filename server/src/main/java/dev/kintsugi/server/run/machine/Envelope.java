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
    /** The first rules. */
    public static final int FIRST_RULES = 1;

    /** The newest rules that this version of the machine knows: those of new runs. */
    public static final int CURRENT_RULES = 2;

    /** Rules from which on a retry comes some time after the moment that was asked for. */
    private static final int SPREAD_RETRIES = 2;

    public Envelope {
        if (rules < FIRST_RULES || rules > CURRENT_RULES) {
            throw new IllegalArgumentException(
                    "rules must be in [%d, %d], was %d"
                            .formatted(FIRST_RULES, CURRENT_RULES, rules));
        }
    }

    /**
     * Whether a retry that the other side asked to come later comes at random after that: under
     * rules 1 all that were told the same time come back in the same moment.
     */
    boolean spreadsRetries() {
        return rules >= SPREAD_RETRIES;
    }

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
