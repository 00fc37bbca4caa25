package dev.kintsugi.healing;

/** What is done about a {@link Disposition} (Contexten's recovery strategies). */
public enum Reaction {
    RETRY,

    /** Sign in again, once. */
    REAUTHENTICATE,

    /** Put on the dead-letter list with its reason; never dropped without a trace. */
    LOG_AND_SKIP,
    BACKOFF_AND_RETRY,
    ALERT_AND_STOP,

    /** Whatever the caller does about failures of which nothing is known. */
    DEFAULT
}
