package dev.kintsugi.server.simulation;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What goes wrong, and how often. Every draw comes from the seed.
 *
 * @param random the world's chance
 * @param lostRequest chance that a call never reaches the server
 * @param lostReply chance that a call takes effect and the caller does not hear of it
 * @param doubled chance that a call reaches the server twice
 * @param crashedTransaction chance that a transaction ends before its commit
 * @param jump chance that the clock jumps at a call, by up to 40 s
 * @param freeze chance that a worker that lives freezes once, by up to 90 s
 * @param stop chance that a worker is stopped while it waits for the tasks that it is given
 */
record Faults(
        SplittableRandom random,
        double lostRequest,
        double lostReply,
        double doubled,
        double crashedTransaction,
        double jump,
        double freeze,
        double stop) {

    private static final int LONGEST_JUMP_MILLIS = 40_000;

    /** Some seeds are calm, most are rough. */
    static Faults of(SplittableRandom random) {
        var roughness = random.nextDouble();
        return new Faults(
                random,
                0.05 * roughness,
                0.05 * roughness,
                0.05 * roughness,
                0.02 * roughness,
                0.01 * roughness,
                0.5 * roughness,
                0.005 * roughness);
    }

    boolean strikes(double chance) {
        return random.nextDouble() < chance;
    }

    Duration upTo(Duration longest) {
        return Duration.ofMillis(random.nextLong(longest.toMillis() + 1));
    }

    Duration jumpLength() {
        return Duration.ofMillis(random.nextInt(LONGEST_JUMP_MILLIS));
    }

    /** Something that broke on purpose. */
    static final class Struck extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Struck(String what) {
            super(what, null, false, false);
        }
    }
}
