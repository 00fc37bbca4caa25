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
        return component + ": " + reason.words();
    }

    /** What was not called. */
    public String component() {
        return component;
    }

    /** What refused the call. */
    public Rejection reason() {
        return reason;
    }
}
