package dev.kintsugi.healing;

import java.util.Locale;

/** How much of a system is on offer (Contexten's four levels), from all to least. */
public enum DegradationLevel {
    /** Everything. */
    FULL,

    /** What is not critical is off. */
    LIMITED,

    /** Only the core. */
    ESSENTIAL,

    /** Only reading. */
    MAINTENANCE;

    /** The name as it is stored and served, such as {@code essential}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
