package dev.kintsugi.server.platform;

import java.time.Duration;

/** Too much at once: 429, with the time after which it may fit. */
public final class TooManyException extends ProblemException {
    private static final long serialVersionUID = 1;

    private final Duration retryAfter;

    /**
     * @param detail says the limit and whose it is
     * @param retryAfter at least a second
     */
    public TooManyException(String detail, Duration retryAfter) {
        super(429, "too_many", "Too many", detail);
        this.retryAfter = retryAfter;
    }

    private TooManyException(String code, String title, String detail, Duration retryAfter) {
        super(429, code, title, detail);
        this.retryAfter = retryAfter;
    }

    /**
     * A tenant has used up what it may.
     *
     * @param detail says which quota, the limit, and when it is free again
     */
    public static TooManyException quota(String detail, Duration retryAfter) {
        return new TooManyException("quota_exceeded", "Quota exceeded", detail, retryAfter);
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
