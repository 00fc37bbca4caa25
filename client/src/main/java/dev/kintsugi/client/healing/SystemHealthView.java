package dev.kintsugi.client.healing;

import dev.kintsugi.healing.HealthStatus;
import java.util.List;

/**
 * How all components of a tenant together are.
 *
 * @param errorRate failed calls of all in the last 5 minutes, in [0, 1]
 * @param successRate the others
 * @param message one line for people
 * @param issues what speaks against components, for people
 */
public record SystemHealthView(
        HealthStatus systemStatus,
        double errorRate,
        double successRate,
        String message,
        List<String> issues,
        Details details) {
    public SystemHealthView {
        issues = List.copyOf(issues);
    }

    /**
     * How many components there are, in all and of each status; those with too few calls to judge
     * by are of none.
     */
    public record Details(int components, int healthy, int degraded, int unhealthy, int critical) {}
}
