package dev.kintsugi.server.integration;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How many connections to a platform there are.
 *
 * @param min kept open while nothing is asked, 0 to {@code max}
 * @param max never more, 1 to 1,000
 * @param patience how long a call may wait for one that is free, 1 ms to 10 minutes
 */
public record PoolLimits(int min, int max, Duration patience) {

    private static final Pattern RANGE = Pattern.compile("(\\d{1,4})-(\\d{1,4})");
    private static final Duration LONGEST = Duration.ofMinutes(10);

    public PoolLimits {
        check("max", max, 1, 1_000);
        check("min", min, 0, max);
        if (patience.compareTo(Duration.ofMillis(1)) < 0 || patience.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "patience must be in [1 ms, 10 min], was " + patience);
        }
    }

    /**
     * Limits as they are written, such as {@code 5-20}.
     *
     * @throws IllegalArgumentException when they are not written like that, or make no sense
     */
    public static PoolLimits parse(String range, Duration patience) {
        var parts = RANGE.matcher(range.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("must be two numbers such as 5-20, was " + range);
        }
        return new PoolLimits(
                Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), patience);
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be in [%d, %d], was %d".formatted(name, least, most, value));
        }
    }
}
