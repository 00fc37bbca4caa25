package dev.kintsugi.healing;

/** How bad a failure is, in rising order. */
public enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    /** How bad a category is when its rule does not say. */
    public static Severity of(FailureCategory category) {
        return switch (category) {
            case RATE_LIMIT -> LOW;
            case NETWORK, API, VALIDATION, TIMEOUT, UNKNOWN -> MEDIUM;
            case AUTHENTICATION, AUTHORIZATION, RESOURCE, DATABASE, CONFIGURATION -> HIGH;
        };
    }
}
