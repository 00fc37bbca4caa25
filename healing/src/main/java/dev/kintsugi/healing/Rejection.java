package dev.kintsugi.healing;

import java.util.Locale;

/** Why a call was not made. */
public enum Rejection {
    BREAKER_OPEN("not called, its circuit breaker is open"),
    BULKHEAD_FULL("not called, as many calls as allowed are under way"),
    RATE_LIMITED("not called, as many calls as allowed were made"),
    RETRY_BUDGET_SPENT("not called again, the retry budget is spent"),
    DEADLINE_PASSED("not called, the deadline has passed");

    private final String words;

    Rejection(String words) {
        this.words = words;
    }

    /** For people, as what is said of a component. */
    public String words() {
        return words;
    }

    /** The name as it is stored and served, such as {@code breaker_open}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
