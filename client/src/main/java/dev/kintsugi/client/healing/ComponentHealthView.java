package dev.kintsugi.client.healing;

import dev.kintsugi.healing.HealthStatus;
import java.time.Instant;
import java.util.List;

/**
 * How a component is.
 *
 * @param critical whether the system cannot do without it
 * @param status the level in force
 * @param responseTimeMs mean of measured successful calls; 0 when none was measured
 * @param errorRate failed calls of the last 5 minutes, in [0, 1]
 * @param successRate the others
 * @param samples calls in the last 5 minutes
 * @param message one line for people
 * @param issues what speaks against it, for people
 */
public record ComponentHealthView(
        String component,
        boolean critical,
        HealthStatus status,
        double responseTimeMs,
        double errorRate,
        double successRate,
        long samples,
        String message,
        List<String> issues,
        Instant checkedAt) {
    public ComponentHealthView {
        issues = List.copyOf(issues);
    }

    /** All components, sorted by name. */
    public record HealthList(List<ComponentHealthView> components) {
        public HealthList {
            components = List.copyOf(components);
        }
    }
}
