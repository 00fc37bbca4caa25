package dev.kintsugi.healing.breaker;

import java.util.Locale;

/** The three phases of a breaker. */
public enum BreakerPhase {
    CLOSED,
    OPEN,
    HALF_OPEN;

    /** The name as it is stored and served, such as {@code half_open}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
