package dev.kintsugi.healing.health;

import dev.kintsugi.healing.HealthStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How all components together are (YAGO's system health).
 *
 * <p>The status is the worst of what the error rate over all calls says, of every critical
 * component's status, and of one level less than the status of every other: trouble of a part that
 * the system can do without is not the whole system's.
 *
 * @param errorRate failed calls of all, in [0, 1]
 * @param samples calls of all components in their windows
 * @param message one line for people
 * @param issues what speaks against components; at most {@value #MAX_ISSUES}
 * @param components how many there are
 * @param byStatus how many there are of each status; every status is a key
 */
public record SystemHealth(
        HealthStatus status,
        double errorRate,
        long samples,
        String message,
        List<String> issues,
        int components,
        Map<HealthStatus, Integer> byStatus) {

    static final int MAX_ISSUES = 100;

    /** Calls of all that went well, in [0, 1]. */
    public double successRate() {
        return 1 - errorRate;
    }

    /** How many components have a status. */
    public int count(HealthStatus status) {
        return byStatus.getOrDefault(status, 0);
    }

    /** What follows from how the components are. */
    public static SystemHealth of(Collection<HealthCheckResult> results) {
        CallCounts all = CallCounts.NONE;
        var byStatus = new EnumMap<HealthStatus, Integer>(HealthStatus.class);
        for (HealthStatus status : HealthStatus.values()) {
            byStatus.put(status, 0);
        }
        var issues = new ArrayList<String>();
        HealthStatus worst = HealthStatus.INSUFFICIENT_DATA;
        for (HealthCheckResult result : results) {
            all = all.plus(calls(result));
            byStatus.merge(result.status(), 1, Integer::sum);
            HealthStatus weight = result.critical() ? result.status() : oneLess(result.status());
            worst = worse(worst, weight);
            int room = MAX_ISSUES - issues.size();
            issues.addAll(result.issues().subList(0, Math.min(room, result.issues().size())));
        }
        worst = worse(worst, all.level());
        return new SystemHealth(
                worst,
                all.errorRate(),
                all.samples(),
                message(worst, byStatus),
                List.copyOf(issues),
                results.size(),
                byStatus);
    }

    private static CallCounts calls(HealthCheckResult result) {
        long failures = Math.round(result.errorRate() * result.samples());
        return new CallCounts(result.samples() - failures, failures, 0, 0, 0);
    }

    private static HealthStatus worse(HealthStatus one, HealthStatus other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static HealthStatus oneLess(HealthStatus status) {
        return status.compareTo(HealthStatus.HEALTHY) <= 0
                ? status
                : HealthStatus.values()[status.ordinal() - 1];
    }

    private static String message(HealthStatus status, Map<HealthStatus, Integer> byStatus) {
        if (status == HealthStatus.INSUFFICIENT_DATA) {
            return "Too few calls to judge by";
        }
        if (status == HealthStatus.HEALTHY) {
            return "All systems operational";
        }
        return byStatus.get(HealthStatus.CRITICAL)
                + " critical, "
                + byStatus.get(HealthStatus.UNHEALTHY)
                + " unhealthy, "
                + byStatus.get(HealthStatus.DEGRADED)
                + " degraded";
    }
}
