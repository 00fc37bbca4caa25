package dev.kintsugi.client.healing;

import dev.kintsugi.healing.FailureCategory;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that was given up for the request's own fault: neither tried again nor served by something
 * else, so that somebody should look at it.
 *
 * @param reason why, in one line
 * @param count how many such calls were reported as one
 */
public record DeadLetterView(
        Instant at,
        String component,
        String operation,
        FailureCategory category,
        String reason,
        @Nullable String errorId,
        @Nullable String requestId,
        @Nullable String userId,
        int count) {

    /**
     * The last ones, newest first.
     *
     * @param deadLetters of the tenant, as its processes reported them
     * @param server of the server's own calls since it started; empty but for its own user (scope
     *     {@code operate}), as they may be made for any tenant
     */
    public record DeadLetterList(List<DeadLetterView> deadLetters, List<DeadLetterView> server) {
        public DeadLetterList {
            deadLetters = List.copyOf(deadLetters);
            server = List.copyOf(server);
        }
    }
}
