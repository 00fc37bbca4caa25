package dev.kintsugi.healing;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A failure of a call, with what is known about the call (YAGO's error context).
 *
 * @param errorId names this occurrence, as {@code err-…}; unlike the fingerprint, it never comes
 *     again
 * @param failure what went wrong
 * @param component what was called, such as {@code openai_adapter}
 * @param operation what it was called for, such as {@code generate}
 * @param requestId the caller's request; null when not told
 * @param userId whose request it was; null when not told
 */
public record ErrorContext(
        String errorId,
        Failure failure,
        String component,
        String operation,
        @Nullable String requestId,
        @Nullable String userId) {

    public ErrorContext {
        Objects.requireNonNull(errorId, "errorId");
        Objects.requireNonNull(failure, "failure");
        Objects.requireNonNull(component, "component");
        Objects.requireNonNull(operation, "operation");
    }

    /** As the failure's. */
    public FailureCategory category() {
        return failure.category();
    }

    /** As the failure's. */
    public Severity severity() {
        return failure.severity();
    }

    /** How it is to be handled. */
    public Disposition disposition() {
        return Disposition.of(failure);
    }
}
