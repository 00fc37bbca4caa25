package dev.kintsugi.healing;

/**
 * How a failure is to be handled (Contexten's six error classes). Each has one {@link Reaction}.
 */
public enum Disposition {
    TRANSIENT(Reaction.RETRY),
    AUTHENTICATION(Reaction.REAUTHENTICATE),
    CLIENT_ERROR(Reaction.LOG_AND_SKIP),
    SERVER_ERROR(Reaction.BACKOFF_AND_RETRY),
    FATAL(Reaction.ALERT_AND_STOP),
    UNKNOWN(Reaction.DEFAULT);

    private final Reaction reaction;

    Disposition(Reaction reaction) {
        this.reaction = reaction;
    }

    /** What is to be done about such a failure. */
    public Reaction reaction() {
        return reaction;
    }

    /** What a category means when nothing more is known. */
    public static Disposition of(FailureCategory category) {
        return category.disposition;
    }

    /**
     * What a failure means: its category's disposition, except that nothing is retried that cannot
     * pass by itself, and nothing that concerns security is handled without a person.
     */
    public static Disposition of(Failure failure) {
        if (failure.failureClass() == FailureClass.SECURITY) {
            return FATAL;
        }
        Disposition usual = of(failure.category());
        if (failure.maybeTransient() || !usual.mayPass()) {
            return usual;
        }
        // A reply or statement that will be refused again is ours to mend; a full disk is not.
        return usual == TRANSIENT || failure.category() == FailureCategory.RESOURCE
                ? FATAL
                : CLIENT_ERROR;
    }

    /** Whether the same may go well a little later, unchanged. */
    public boolean mayPass() {
        return this == TRANSIENT || this == SERVER_ERROR;
    }
}
