package dev.kintsugi.healing;

/**
 * The canonical taxonomy of failures: what went wrong, independent of where. YAGO's ten categories,
 * with authentication (sign in again, once) told apart from authorization (stop).
 */
public enum FailureCategory {
    NETWORK,
    API,
    RATE_LIMIT,
    AUTHENTICATION,
    AUTHORIZATION,
    RESOURCE,
    DATABASE,
    VALIDATION,
    TIMEOUT,
    CONFIGURATION,
    UNKNOWN
}
