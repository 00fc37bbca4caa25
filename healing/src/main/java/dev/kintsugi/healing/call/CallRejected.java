package dev.kintsugi.healing.call;

import dev.kintsugi.healing.Rejection;

/**
 * A call that was not made. It has no stack trace: rejections must be cheap exactly when there are
 * many.
 */
public final class CallRejected extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String component;
    private final Rejection reason;

    CallRejected(String component, Rejection reason) {
        super(null, null, false, false);
        this.component = component;
        this.reason = reason;
    }

    @Override
    public String getMessage() {
        return component + ": " + told(reason);
    }

    public String component() {
        return component;
    }

    public Rejection reason() {
        return reason;
    }

    private static String told(Rejection reason) {
        return switch (reason) {
            case BREAKER_OPEN -> "not called, its circuit breaker is open";
            case BULKHEAD_FULL -> "not called, as many calls as allowed are under way";
            case RATE_LIMITED -> "not called, as many calls as allowed were made";
            case RETRY_BUDGET_SPENT -> "not called again, the retry budget is spent";
            case DEADLINE_PASSED -> "not called, the deadline has passed";
        };
    }
}
