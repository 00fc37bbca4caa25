package dev.kintsugi.client.healing;

import dev.kintsugi.healing.HealthStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A registered component.
 *
 * @param critical whether the system cannot do without it
 * @param status the level in force at the last look
 * @param circuitBreakerConfig null when it has no circuit breaker
 */
public record ComponentView(
        String component,
        boolean critical,
        HealthStatus status,
        boolean enableCircuitBreaker,
        @Nullable BreakerSettings circuitBreakerConfig,
        Instant registeredAt) {

    /** All components, sorted by name. */
    public record ComponentList(List<ComponentView> components) {
        public ComponentList {
            components = List.copyOf(components);
        }
    }
}
