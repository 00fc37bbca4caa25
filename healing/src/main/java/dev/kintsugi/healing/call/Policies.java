package dev.kintsugi.healing.call;

import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The policies around a call as they were given; null where there is none. */
record Policies(
        @Nullable Duration deadline,
        Retry retry,
        @Nullable Breaker breaker,
        @Nullable RateLimit rateLimit,
        @Nullable Bulkhead bulkhead,
        @Nullable Duration timeout,
        @Nullable Hedge hedge) {

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    static final Policies NONE =
            new Policies(null, Retry.attempts(1), null, null, null, null, null);

    Policies with(Retry retry) {
        return new Policies(deadline, retry, breaker, rateLimit, bulkhead, timeout, hedge);
    }

    Policies with(Breaker breaker) {
        return new Policies(deadline, retry, breaker, rateLimit, bulkhead, timeout, hedge);
    }

    Policies with(Bulkhead bulkhead) {
        return new Policies(deadline, retry, breaker, rateLimit, bulkhead, timeout, hedge);
    }

    Policies with(RateLimit rateLimit) {
        return new Policies(deadline, retry, breaker, rateLimit, bulkhead, timeout, hedge);
    }

    Policies with(Hedge hedge) {
        return new Policies(deadline, retry, breaker, rateLimit, bulkhead, timeout, hedge);
    }

    Policies withTimeout(Duration timeout) {
        Check.time("timeout", timeout, SHORTEST, LONGEST);
        return new Policies(deadline, retry, breaker, rateLimit, bulkhead, timeout, hedge);
    }

    Policies withDeadline(Duration deadline) {
        Check.time("deadline", deadline, SHORTEST, LONGEST);
        return new Policies(deadline, retry, breaker, rateLimit, bulkhead, timeout, hedge);
    }

    /** What bounds one attempt; at most {@link #LONGEST}. */
    Duration longestAttempt() {
        Duration longest = LONGEST;
        for (Duration each : new @Nullable Duration[] {timeout, deadline}) {
            longest = each != null && each.compareTo(longest) < 0 ? each : longest;
        }
        return longest;
    }

    /** In the order in which they apply, the outermost first. */
    String describe() {
        var order = new StringJoiner(" > ");
        order.add("budget(%d attempts)".formatted(retry.maxAttempts()));
        if (deadline != null) {
            order.add("deadline(%s)".formatted(deadline));
        }
        if (retry.maxAttempts() > 1) {
            order.add(retry.toString());
        }
        if (breaker != null) {
            order.add(breaker.toString());
        }
        if (rateLimit != null) {
            order.add(rateLimit.toString());
        }
        if (bulkhead != null) {
            order.add(bulkhead.toString());
        }
        if (timeout != null) {
            order.add("timeout(%s)".formatted(timeout));
        }
        if (hedge != null) {
            order.add(hedge.toString());
        }
        return order.add("operation").toString();
    }
}
