package dev.kintsugi.spring;

import dev.kintsugi.healing.health.HealthCheckResult;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.health.SystemHealth;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * How all components together are: down when they are unhealthy or critical. A component that is
 * not {@code critical} counts one level less, since the application can do without it.
 */
final class HealingHealthIndicator implements HealthIndicator {

    /** How many components are named. */
    static final int MOST = 100;

    private final HealthMonitor monitor;

    HealingHealthIndicator(HealthMonitor monitor) {
        this.monitor = monitor;
    }

    @Override
    public Health health() {
        SystemHealth system = monitor.systemHealth();
        Health.Builder health =
                switch (system.status()) {
                    case INSUFFICIENT_DATA, HEALTHY, DEGRADED -> Health.up();
                    case UNHEALTHY, CRITICAL -> Health.down();
                };
        return health.withDetail("status", system.status().key())
                .withDetail("message", system.message())
                .withDetail("components", components())
                .build();
    }

    private Map<String, String> components() {
        var statuses = new LinkedHashMap<String, String>();
        monitor.checkAll().stream()
                .limit(MOST)
                .forEach((HealthCheckResult it) -> statuses.put(it.component(), it.status().key()));
        return statuses;
    }
}
