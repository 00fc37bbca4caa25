package dev.kintsugi.client.healing;

import dev.kintsugi.healing.breaker.BreakerPhase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a component's circuit breaker stands.
 *
 * @param failureCount consecutive failures, while closed
 * @param successCount successes since it is half-open
 * @param isolated whether a person opened it: then only a reset closes it
 * @param openedAt when it last opened; null while closed
 * @param retryAt when it lets a probe through; null while it lets calls through, or isolated
 */
public record BreakerView(
        String component,
        BreakerPhase state,
        int failureCount,
        int successCount,
        boolean isolated,
        @Nullable Instant openedAt,
        @Nullable Instant retryAt,
        BreakerSettings config) {

    /** Those of all components that have one, sorted by name. */
    public record BreakerList(List<BreakerView> circuitBreakers) {
        public BreakerList {
            circuitBreakers = List.copyOf(circuitBreakers);
        }
    }

    /** Whose breaker to reset. */
    public record BreakerReset(@Nullable String component) {}
}
