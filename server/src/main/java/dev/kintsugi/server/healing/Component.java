package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.BreakerSettings;
import dev.kintsugi.client.healing.ComponentView;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.breaker.BreakerConfig;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code healing_component}.
 *
 * @param checkedAt when a check last counted; null when none has
 */
record Component(
        String name,
        boolean critical,
        boolean hasBreaker,
        BreakerConfig config,
        HoldDown<HealthStatus> level,
        @Nullable Instant checkedAt,
        Instant registeredAt) {

    private static final double MILLIS = 1_000;

    ComponentView view() {
        return new ComponentView(
                name,
                critical,
                level.level(),
                hasBreaker,
                hasBreaker ? settings() : null,
                registeredAt);
    }

    BreakerSettings settings() {
        return new BreakerSettings(
                config.failureThreshold(),
                config.successThreshold(),
                config.timeout().toMillis() / MILLIS,
                config.halfOpenMaxCalls());
    }
}
