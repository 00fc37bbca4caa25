package dev.kintsugi.client.healing;

import org.jspecify.annotations.Nullable;

/**
 * A component to be registered, or registered with other settings.
 *
 * @param component 1 to 100 letters, digits, {@code . _ : -}; begins with a letter or digit
 * @param critical whether the system cannot do without it; false when absent
 * @param enableCircuitBreaker whether it has a breaker; true exactly when a config is given, when
 *     absent
 * @param circuitBreakerConfig what is absent is as usual: 5 failures open it for 60 s, 2 successes
 *     close it
 */
public record Registration(
        @Nullable String component,
        @Nullable Boolean critical,
        @Nullable Boolean enableCircuitBreaker,
        @Nullable Config circuitBreakerConfig) {

    /** As {@link BreakerSettings}, where what is absent is as usual. */
    public record Config(
            @Nullable Integer failureThreshold,
            @Nullable Integer successThreshold,
            @Nullable Double timeoutSeconds,
            @Nullable Integer halfOpenMaxCalls) {}
}
