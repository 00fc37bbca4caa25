package dev.kintsugi.healing.call;

import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.ErrorContext;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When and after how long a failed call is made again. An immutable value.
 *
 * <p>The wait before attempt n + 1 is {@code firstDelay · base^(n-1)}, at most {@code maxDelay},
 * times a draw from [0, 1) when {@code jitter} is set ("full jitter": M. Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015): waits at the cap are spread, too. What the
 * other side asked to wait is waited first, and the draw is of what {@code maxDelay} leaves beyond
 * it: who is asked to wait {@code maxDelay} itself comes at that moment, with all who were asked
 * the same. A call that would have to wait longer than {@code maxDelay} is not made again.
 *
 * @param maxAttempts calls in all, the first included, 1 to 10; default 3
 * @param firstDelay before the first jitter, 0 to 1 day; default 1 s
 * @param maxDelay never waited longer, {@code firstDelay} to 1 day; default 60 s
 * @param base factor from one wait to the next, 1 to 10; default 2
 * @param jitter whether waits are drawn; default true
 * @param when which failures are worth another attempt; by default those that may pass and those of
 *     which nothing is known, among them attempts that a full bulkhead or a rate limit turned away.
 *     Not asked about calls that were cancelled or interrupted, nor about errors of the virtual
 *     machine, open breakers and passed deadlines: they are never made again
 * @param budget bounds what retries add to the load of a component that is down
 */
public record Retry(
        int maxAttempts,
        Duration firstDelay,
        Duration maxDelay,
        double base,
        boolean jitter,
        Predicate<ErrorContext> when,
        RetryBudget budget) {

    static final int MOST_ATTEMPTS = 10;
    private static final Duration LONGEST = Duration.ofDays(1);

    public Retry {
        Check.count("maxAttempts", maxAttempts, 1, MOST_ATTEMPTS);
        Check.time("firstDelay", firstDelay, Duration.ZERO, LONGEST);
        Check.time("maxDelay", maxDelay, firstDelay, LONGEST);
        Check.number("base", base, 1, 10);
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(budget, "budget");
    }

    /** The defaults, with so many calls in all, the first included. */
    public static Retry attempts(int maxAttempts) {
        return new Retry(
                maxAttempts,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                2,
                true,
                Retry::isWorthIt,
                RetryBudget.standard());
    }

    /** Waits from {@code first}, rising, up to {@code max}. */
    public Retry backoff(Duration first, Duration max) {
        return new Retry(maxAttempts, first, max, base, jitter, when, budget);
    }

    /** Waits that rise by this factor. */
    public Retry base(double base) {
        return new Retry(maxAttempts, firstDelay, maxDelay, base, jitter, when, budget);
    }

    /**
     * The same waits every time. Many callers that failed together will then come back together.
     */
    public Retry withoutJitter() {
        return new Retry(maxAttempts, firstDelay, maxDelay, base, false, when, budget);
    }

    /** Only failures that this is true of. */
    public Retry when(Predicate<ErrorContext> when) {
        return new Retry(maxAttempts, firstDelay, maxDelay, base, jitter, when, budget);
    }

    /** Bounds what retries add to the load; default a tenth of the calls, or 10 in 10 s. */
    public Retry budget(RetryBudget budget) {
        return new Retry(maxAttempts, firstDelay, maxDelay, base, jitter, when, budget);
    }

    /**
     * How long to wait before the next attempt; null when the other side asked for longer than
     * {@code maxDelay}.
     *
     * @param failedAttempts how many failed so far, from 1
     * @param draw in [0, 1)
     * @param retryAfter how long the other side asked to wait; null when it did not say
     */
    @Nullable Duration delay(int failedAttempts, double draw, @Nullable Duration retryAfter) {
        Duration asked = retryAfter == null ? Duration.ZERO : retryAfter;
        if (asked.compareTo(maxDelay) > 0) {
            return null;
        }
        double own = firstDelay.toNanos() * Math.pow(base, failedAttempts - 1.0);
        // On top, so that those who were told the same moment do not all come at it.
        double nanos = Math.min(own, maxDelay.minus(asked).toNanos());
        return asked.plusNanos((long) (jitter ? nanos * draw : nanos));
    }

    private static boolean isWorthIt(ErrorContext error) {
        Disposition disposition = error.disposition();
        return disposition.mayPass() || disposition == Disposition.UNKNOWN;
    }

    @Override
    public String toString() {
        return "retry(%d attempts, %s to %s, x%s%s, %s)"
                .formatted(
                        maxAttempts,
                        firstDelay,
                        maxDelay,
                        base,
                        jitter ? ", full jitter" : "",
                        budget);
    }
}
