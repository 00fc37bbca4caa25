package dev.kintsugi.healing.call;

import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.detect.CallSite;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What stands around one attempt: the breaker, the rate limit, the bulkhead, the time limit, the
 * hedge. What an attempt comes to is told without an exception: a {@link Failed}, or whatever the
 * operation returned.
 *
 * @param breaker null when there is none
 * @param gate null when there is no rate limit
 * @param places null when there is no bulkhead
 * @param limit null when it may take as long as it takes
 * @param hedging null when no call is made twice
 */
record Guard(
        Component component,
        @Nullable CircuitBreaker breaker,
        @Nullable RateGate gate,
        @Nullable Permits places,
        @Nullable TimeLimit limit,
        @Nullable Hedging hedging) {

    static Guard of(Component component) {
        return new Guard(component, null, null, null, null, null);
    }

    Guard with(CircuitBreaker breaker) {
        return new Guard(component, breaker, gate, places, limit, hedging);
    }

    Guard with(RateGate gate) {
        return new Guard(component, breaker, gate, places, limit, hedging);
    }

    Guard with(Permits places) {
        return new Guard(component, breaker, gate, places, limit, hedging);
    }

    Guard with(TimeLimit limit) {
        return new Guard(component, breaker, gate, places, limit, hedging);
    }

    Guard with(Hedging hedging) {
        return new Guard(component, breaker, gate, places, limit, hedging);
    }

    /** In place of a permit where there is no breaker. */
    private static final long NO_BREAKER = 0;

    private static final long NOT_MEASURED = -1;

    private static final Rejection[] REJECTIONS = Rejection.values();

    @Nullable Object attempt(CallSite site, Operation<?, ?> operation) {
        int thread = Lanes.ofThread();
        long marks = Attempts.MARKS.getOpaque();
        long permit = enter(thread);
        if (permit < 0) {
            return rejected(site, permit);
        }
        boolean measured =
                component.counters.isMeasured(thread) || breaker != null && breaker.measuresCalls();
        long moment = breaker == null ? 0 : breaker.moment();
        long began = measured ? component.time.ticker().nanos() : 0;
        Object value;
        try {
            Operation<?, ?> made = hedging == null ? operation : hedging.around(operation);
            value = limit == null ? made.call() : limit.call(made);
        } catch (Throwable thrown) {
            if (thrown instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            long nanos = measured ? nanosSince(began) : NOT_MEASURED;
            return failed(site, new Tried(permit, nanos, moment, marks), thrown);
        }
        succeeded(thread, permit, measured ? nanosSince(began) : NOT_MEASURED, moment);
        return value;
    }

    /** What the attempt's outcome must name; negative when it may not be made. */
    long enter(int thread) {
        if (Deadline.hasPassed()) {
            return refusal(Rejection.DEADLINE_PASSED);
        }
        long permit = breaker == null ? NO_BREAKER : breaker.permit();
        if (permit == CircuitBreaker.REFUSED) {
            return refusal(Rejection.BREAKER_OPEN);
        }
        if (gate != null && !gate.pass()) {
            abandon(permit);
            return refusal(Rejection.RATE_LIMITED);
        }
        if (places != null && !places.take(thread)) {
            abandon(permit);
            return refusal(Rejection.BULKHEAD_FULL);
        }
        return permit;
    }

    void succeeded(int thread, long permit, long nanos, long moment) {
        leave(thread);
        if (breaker != null) {
            Instant openedAt = breaker.succeeded(permit, breaker.took(nanos, moment));
            if (openedAt != null) {
                component.verified(openedAt);
            }
        }
        component.succeeded(nanos);
    }

    Failed rejected(CallSite site, long refusal) {
        Rejection by = REJECTIONS[(int) (-1 - refusal)];
        component.rejected(by);
        var rejection = new CallRejected(component.name, by);
        return new Failed(rejection, by, site, component, 0);
    }

    private static long refusal(Rejection by) {
        return -1 - by.ordinal();
    }

    Failed failed(CallSite site, Tried tried, Throwable thrown) {
        leave(Lanes.ofThread());
        var failed = new Failed(thrown, null, site, component, tried.marks);
        if (breaker != null
                && !failed.isFinal()
                && !failed.isCallers()
                && component.detector.shouldBreak(failed.error())) {
            component.blamed = failed.error().failure();
            breaker.failed(tried.permit, breaker.took(tried.nanos, tried.moment));
        } else {
            abandon(tried.permit);
        }
        if (!failed.isCallers()) {
            component.failedAttempt(failed.error(), tried.nanos);
        }
        return failed;
    }

    private void leave(int thread) {
        if (places != null) {
            places.giveBack(thread);
        }
    }

    private void abandon(long permit) {
        if (breaker != null) {
            breaker.abandoned(permit);
        }
    }

    long nanosSince(long began) {
        long now = component.time.ticker().nanos();
        component.recent.note(now);
        return now - began;
    }
}
