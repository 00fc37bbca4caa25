package dev.kintsugi.spring;

import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.RetryBudget;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When and after how long a failed call is made again.
 *
 * @param maxAttempts Calls in all, the first included, 1 to 10.
 * @param initialDelay Longest wait before the first retry, 0 to 1 day.
 * @param maxDelay No wait is longer, initial-delay to 1 day.
 * @param multiplier Factor from one wait to the next, 1 to 10.
 * @param jitter Whether waits are drawn at random up to their length.
 * @param budget What retries may add to the load of a component that is down.
 */
record RetryProperties(
        @DefaultValue("3") int maxAttempts,
        @DefaultValue("1s") Duration initialDelay,
        @DefaultValue("60s") Duration maxDelay,
        @DefaultValue("2") double multiplier,
        @DefaultValue("true") boolean jitter,
        @DefaultValue Budget budget) {

    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * What retries may add to the load of a component that is down.
     *
     * @param share Retries per call in 10 seconds, 0 to 10.
     * @param least Retries that are always allowed in 10 seconds, 0 to 1000.
     */
    record Budget(@DefaultValue("0.1") double share, @DefaultValue("10") int least) {
        RetryBudget policy(PropertyPath path) {
            path.checked("share", share, it -> new RetryBudget(it, 0));
            return path.checked("least", least, it -> new RetryBudget(share, it));
        }
    }

    Retry policy(PropertyPath path) {
        Retry attempts = path.checked("max-attempts", maxAttempts, Retry::attempts);
        path.checked("initial-delay", initialDelay, it -> attempts.backoff(it, LONGEST));
        Retry waits = path.checked("max-delay", maxDelay, it -> attempts.backoff(initialDelay, it));
        Retry rising =
                path.checked("multiplier", multiplier, waits::base)
                        .budget(budget.policy(path.then("budget")));
        return jitter ? rising : rising.withoutJitter();
    }
}
