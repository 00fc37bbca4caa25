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

    public Reaction reaction() {
        return reaction;
    }

    /** What a category means when nothing more is known. */
    public static Disposition of(FailureCategory category) {
        return switch (category) {
            case NETWORK, RATE_LIMIT, TIMEOUT -> TRANSIENT;
            case AUTHENTICATION -> AUTHENTICATION;
            case VALIDATION -> CLIENT_ERROR;
            case API, RESOURCE, DATABASE -> SERVER_ERROR;
            case AUTHORIZATION, CONFIGURATION -> FATAL;
            case UNKNOWN -> UNKNOWN;
        };
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
        return switch (usual) {
            case TRANSIENT -> failure.maybeTransient() ? TRANSIENT : FATAL;
            case SERVER_ERROR ->
                    failure.maybeTransient() ? SERVER_ERROR : lasting(failure.category());
            case AUTHENTICATION, CLIENT_ERROR, FATAL, UNKNOWN -> usual;
        };
    }

    /** A reply or statement that will be refused again is ours to mend; a full disk is not. */
    private static Disposition lasting(FailureCategory category) {
        return category == FailureCategory.RESOURCE ? FATAL : CLIENT_ERROR;
    }
}
