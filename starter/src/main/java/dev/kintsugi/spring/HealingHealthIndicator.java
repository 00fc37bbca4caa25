package dev.kintsugi.spring;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.health.HealthCheckResult;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.health.SystemHealth;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * How components are: down when a {@code critical} one is unhealthy or critical. Others never take
 * the application down, since it can do without them; the details tell of all.
 */
final class HealingHealthIndicator implements HealthIndicator {

    /** How many components are named, the worst first. */
    static final int MOST = 100;

    private static final Comparator<HealthCheckResult> WORST_FIRST =
            Comparator.comparing(HealthCheckResult::status)
                    .reversed()
                    .thenComparing(HealthCheckResult::component);

    private final HealthMonitor monitor;

    HealingHealthIndicator(HealthMonitor monitor) {
        this.monitor = monitor;
    }

    @Override
    public Health health() {
        SystemHealth system = monitor.systemHealth();
        List<HealthCheckResult> components = monitor.checkAll();
        boolean down = components.stream().anyMatch(HealingHealthIndicator::isDown);
        return (down ? Health.down() : Health.up())
                .withDetail("status", system.status().key())
                .withDetail("message", system.message())
                .withDetail("components", worst(components))
                .build();
    }

    private static boolean isDown(HealthCheckResult component) {
        return component.critical() && component.status().compareTo(HealthStatus.UNHEALTHY) >= 0;
    }

    private static Map<String, String> worst(List<HealthCheckResult> components) {
        var statuses = new LinkedHashMap<String, String>();
        components.stream()
                .sorted(WORST_FIRST)
                .limit(MOST)
                .forEach(it -> statuses.put(it.component(), it.status().key()));
        return statuses;
    }
}
