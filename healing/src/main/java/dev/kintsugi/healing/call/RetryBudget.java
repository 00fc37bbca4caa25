package dev.kintsugi.healing.call;

import java.time.Duration;

/**
 * Bounds what retries add to a component's load, so that an outage is not multiplied by the number
 * of attempts. An immutable value. In any {@link #WINDOW} no more are made than {@code share} of
 * the calls that were made in it, or {@code least} where that is more.
 *
 * @param share retries per call, 0 to 10; default 0.1; infinite for no bound at all
 * @param least retries that are always allowed in the window, 0 to 1,000: without them, a component
 *     that is called seldom would never be retried; default 10
 */
public record RetryBudget(double share, int least) {

    /** Over how long it counts. */
    public static final Duration WINDOW = Duration.ofSeconds(10);

    public RetryBudget {
        if (share != Double.POSITIVE_INFINITY) {
            Check.number("share", share, 0, 10);
        }
        Check.count("least", least, 0, 1_000);
    }

    /** The default: a tenth of the calls of 10 s, or 10 where that is more. */
    public static RetryBudget standard() {
        return new RetryBudget(0.1, 10);
    }

    /** Every call may use all its attempts, whatever that does to a component that is down. */
    public static RetryBudget unlimited() {
        return new RetryBudget(Double.POSITIVE_INFINITY, 0);
    }

    boolean isUnlimited() {
        return share == Double.POSITIVE_INFINITY;
    }

    @Override
    public String toString() {
        return isUnlimited()
                ? "unlimited budget"
                : "budget of %s of the calls in %s, at least %d".formatted(share, WINDOW, least);
    }
}
