package dev.kintsugi.healing;

/**
 * The canonical taxonomy of failures: what went wrong, independent of where. YAGO's ten categories,
 * with authentication (sign in again, once) told apart from authorization (stop).
 */
public enum FailureCategory {
    NETWORK(Disposition.TRANSIENT, FailureType.TOOL_FAILURE, Severity.MEDIUM),
    API(Disposition.SERVER_ERROR, FailureType.LLM_ERROR, Severity.MEDIUM),
    RATE_LIMIT(Disposition.TRANSIENT, FailureType.LLM_ERROR, Severity.LOW),
    AUTHENTICATION(Disposition.AUTHENTICATION, FailureType.LLM_ERROR, Severity.HIGH),
    AUTHORIZATION(Disposition.FATAL, FailureType.TOOL_FAILURE, Severity.HIGH),
    RESOURCE(Disposition.SERVER_ERROR, FailureType.TOOL_FAILURE, Severity.HIGH),
    DATABASE(Disposition.SERVER_ERROR, FailureType.TOOL_FAILURE, Severity.HIGH),
    VALIDATION(Disposition.CLIENT_ERROR, FailureType.INVALID_OUTPUT, Severity.MEDIUM),
    TIMEOUT(Disposition.TRANSIENT, FailureType.TIMEOUT, Severity.MEDIUM),
    CONFIGURATION(Disposition.FATAL, FailureType.TOOL_FAILURE, Severity.HIGH),
    UNKNOWN(Disposition.UNKNOWN, FailureType.ERROR, Severity.MEDIUM);

    /** What each means when nothing more is known. */
    final Disposition disposition;

    /** API, rate limits and authentication are a provider's replies; others are of tools. */
    final FailureType type;

    final Severity severity;

    FailureCategory(Disposition disposition, FailureType type, Severity severity) {
        this.disposition = disposition;
        this.type = type;
        this.severity = severity;
    }
}
