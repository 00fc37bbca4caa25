package dev.kintsugi.healing;

import java.util.Locale;

/** What was done about a call that failed (YAGO's recovery actions). */
public enum RecoveryAction {
    RETRY_BACKOFF,

    /** The call was refused, to spare what keeps failing. */
    CIRCUIT_BREAK,

    /** Something else served: another operation, or the last good value. */
    FALLBACK,
    ROLLBACK,

    /** A strategy that was brought by the user. */
    CUSTOM;

    /** The name as it is stored and served, such as {@code retry_backoff}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
