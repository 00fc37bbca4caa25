package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;

/**
 * When failing or slow calls are too many of all calls. An immutable value.
 *
 * @param failures share of failed calls at which a breaker opens, above 0 up to 1
 * @param slow share of slow calls at which it opens, above 0 up to 1; 1 only when all are
 * @param slowAfter from when on a call is slow, 1 ms to 1 day; default 1 day, that is, never
 * @param minimumCalls below so many calls in the window nothing is concluded, 1 to 1,000,000;
 *     default 20
 * @param window over how long calls are counted, 1 s to 1 hour, to a tenth; default 10 s
 */
public record FailureRate(
        double failures, double slow, Duration slowAfter, int minimumCalls, Duration window) {

    private static final double LEAST = 1e-6;
    private static final Duration NEVER = Duration.ofDays(1);

    /** From here on, what the rough ticker may be wrong by does not matter: a hundredth. */
    private static final Duration ROUGHLY = Duration.ofMillis(100L * TimeAndChance.ROUGH_MILLIS);

    public FailureRate {
        Check.number("failures", failures, LEAST, 1);
        Check.number("slow", slow, LEAST, 1);
        Check.time("slowAfter", slowAfter, Duration.ofMillis(1), NEVER);
        Check.count("minimumCalls", minimumCalls, 1, 1_000_000);
        Check.time("window", window, Duration.ofSeconds(1), Duration.ofHours(1));
    }

    /** Opens when this share of calls fails, above 0 up to 1; of 20 calls or more in 10 s. */
    public static FailureRate of(double failures) {
        return new FailureRate(failures, 1, NEVER, 20, Duration.ofSeconds(10));
    }

    /**
     * Also opens when this share of calls takes so long or longer. Every call is then measured:
     * from a second on to some 10 ms, for which calls pay next to nothing, below a second exactly,
     * which costs each call two looks at the machine's clock.
     */
    public FailureRate slowCalls(double share, Duration slowAfter) {
        return new FailureRate(failures, share, slowAfter, minimumCalls, window);
    }

    /** Concludes nothing below so many calls in the window, 1 to 1,000,000; default 20. */
    public FailureRate minimumCalls(int minimumCalls) {
        return new FailureRate(failures, slow, slowAfter, minimumCalls, window);
    }

    /** Counts calls over so long, 1 s to 1 hour; default 10 s. */
    public FailureRate window(Duration window) {
        return new FailureRate(failures, slow, slowAfter, minimumCalls, window);
    }

    boolean countsSlowCalls() {
        return slowAfter.compareTo(NEVER) < 0;
    }

    boolean measuresRoughly() {
        return slowAfter.compareTo(ROUGHLY) >= 0;
    }

    boolean isSlow(long nanos) {
        return countsSlowCalls() && nanos >= slowAfter.toNanos();
    }

    boolean isTooHigh(long calls, long failed, long slowCalls) {
        return calls >= minimumCalls
                && (failed >= failures * calls || countsSlowCalls() && slowCalls >= slow * calls);
    }

    @Override
    public String toString() {
        String slowCalls =
                countsSlowCalls() ? ", %s slower than %s".formatted(slow, slowAfter) : "";
        return "at a share of %s%s of at least %d calls in %s"
                .formatted(failures, slowCalls, minimumCalls, window);
    }
}
