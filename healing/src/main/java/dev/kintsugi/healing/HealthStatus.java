package dev.kintsugi.healing;

import java.util.Locale;

/** How well a component is, in order from well to ill; the intervals are half-open. */
public enum HealthStatus {
    /** Fewer than 20 calls were seen: nothing can be said. */
    INSUFFICIENT_DATA,

    /** Error rate in [0, 5%). */
    HEALTHY,

    /** Error rate in [5%, 20%). */
    DEGRADED,

    /** Error rate in [20%, 50%). */
    UNHEALTHY,

    /** Error rate of at least 50%, or a critical error. */
    CRITICAL;

    /** The name as it is stored and served, such as {@code unhealthy}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
