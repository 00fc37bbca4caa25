package dev.kintsugi.server.platform;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Names for new things: a prefix and 26 characters (Crockford's base 32, lower case), of which the
 * first 10 are the millisecond and the rest chance. Later names sort later, so indexes grow at
 * their end.
 */
public final class Ids {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int BITS = 5;
    private static final int TIME_CHARACTERS = 10;
    private static final int CHANCE_CHARACTERS = 16;

    private final InstantSource clock;
    private final RandomGenerator random;

    public Ids(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new name, such as {@code r-06f2x…} for the prefix {@code r-}. */
    public String next(String prefix) {
        var name = new StringBuilder(prefix);
        long time = clock.millis();
        for (int i = TIME_CHARACTERS - 1; i >= 0; i--) {
            name.append(ALPHABET.charAt((int) (time >>> (i * BITS)) & (ALPHABET.length() - 1)));
        }
        for (int i = 0; i < CHANCE_CHARACTERS; i++) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return name.toString();
    }
}
