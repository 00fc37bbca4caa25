package dev.kintsugi.healing;

import java.util.Locale;

/** Why a call was not made. */
public enum Rejection {
    BREAKER_OPEN,
    BULKHEAD_FULL,
    RATE_LIMITED,
    RETRY_BUDGET_SPENT,
    DEADLINE_PASSED;

    /** The name as it is stored and served, such as {@code breaker_open}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
