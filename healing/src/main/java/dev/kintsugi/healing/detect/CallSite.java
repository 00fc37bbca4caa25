package dev.kintsugi.healing.detect;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which call it was that failed.
 *
 * @param component what was called, such as {@code openai_adapter}
 * @param operation what it was called for, such as {@code generate}
 * @param requestId the caller's request; null when not told
 * @param userId whose request it was; null when not told
 */
public record CallSite(
        String component, String operation, @Nullable String requestId, @Nullable String userId) {

    public CallSite {
        Objects.requireNonNull(component, "component");
        Objects.requireNonNull(operation, "operation");
    }

    /** A call of which no request and no user is known. */
    public static CallSite of(String component, String operation) {
        return new CallSite(component, operation, null, null);
    }

    /** The same call, made for this request. */
    public CallSite request(String id) {
        return new CallSite(component, operation, Objects.requireNonNull(id, "id"), userId);
    }

    /** The same call, made for this user. */
    public CallSite user(String id) {
        return new CallSite(component, operation, requestId, Objects.requireNonNull(id, "id"));
    }
}
