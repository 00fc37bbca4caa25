package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;

/**
 * A way to recover that this library does not know. Asked when a call's attempts are used up,
 * before its fallbacks. Implementations named in {@code
 * META-INF/services/dev.kintsugi.healing.call.RecoveryStrategy} are part of {@link
 * Setting#standard()}. Used by many threads.
 */
public interface RecoveryStrategy {

    /** What statistics call it. */
    String name();

    /** Whether it may help with such a failure. */
    boolean handles(ErrorContext error);

    /**
     * Recovers from a failure.
     *
     * @param operation what failed; may be called once more. That call is an attempt as the others:
     *     it passes the breaker, the bulkhead and the timeout, and is of the budget of retries
     * @return what serves the caller
     * @throws Exception when it could not; the caller gets what the last attempt threw
     */
    <T> T recover(ErrorContext error, Operation<? extends T, ?> operation) throws Exception;
}
