package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.BreakerView;
import dev.kintsugi.client.healing.ComponentHealthView;
import dev.kintsugi.client.healing.DeadLetterView;
import dev.kintsugi.client.healing.RecoveryStats;
import dev.kintsugi.client.healing.SystemHealthView;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.detect.DeadLetters;
import dev.kintsugi.healing.health.HealthCheckResult;
import dev.kintsugi.healing.health.SystemHealth;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is answered, from what is known. */
final class Views {
    private static final double NANOS_PER_MILLI = 1_000_000;

    private Views() {}

    static SystemHealthView of(SystemHealth health) {
        return new SystemHealthView(
                health.status(),
                rounded(health.errorRate(), 6),
                rounded(health.successRate(), 6),
                health.message(),
                health.issues(),
                new SystemHealthView.Details(
                        health.components(),
                        health.count(HealthStatus.HEALTHY),
                        health.count(HealthStatus.DEGRADED),
                        health.count(HealthStatus.UNHEALTHY),
                        health.count(HealthStatus.CRITICAL)));
    }

    static ComponentHealthView of(HealthCheckResult result) {
        Duration responseTime = result.responseTime();
        return new ComponentHealthView(
                result.component(),
                result.critical(),
                result.status(),
                responseTime == null ? 0 : rounded(responseTime.toNanos() / NANOS_PER_MILLI, 3),
                rounded(result.errorRate(), 6),
                rounded(result.successRate(), 6),
                result.samples(),
                result.message(),
                result.issues(),
                result.checkedAt());
    }

    /** Without what its check or its calls said. */
    static ComponentHealthView withoutReasons(HealthCheckResult result) {
        ComponentHealthView whole = of(result);
        return new ComponentHealthView(
                whole.component(),
                whole.critical(),
                whole.status(),
                whole.responseTimeMs(),
                whole.errorRate(),
                whole.successRate(),
                whole.samples(),
                "",
                List.of(),
                whole.checkedAt());
    }

    static DeadLetterView of(DeadLetters.DeadLetter letter) {
        ErrorContext error = letter.error();
        return new DeadLetterView(
                letter.at(),
                error.component(),
                error.operation(),
                error.category(),
                letter.reason(),
                error.errorId(),
                error.requestId(),
                error.userId(),
                1);
    }

    static BreakerView of(Component component, FleetBreaker breaker) {
        BreakerState state = breaker.state();
        Instant openedAt = state.openedAt();
        return new BreakerView(
                component.name(),
                state.phase(),
                breaker.failures(),
                state.successCount(),
                state.isolated(),
                openedAt,
                openedAt == null || state.isolated()
                        ? null
                        : openedAt.plus(component.config().timeout()),
                component.settings());
    }

    /** Of all components. */
    static RecoveryStats stats(List<RecoveryRows.Count> counts) {
        var byAction = new TreeMap<String, RecoveryStats.Tally>();
        for (RecoveryAction action : RecoveryAction.values()) {
            byAction.put(
                    action.key(),
                    tally(counts.stream().filter(it -> it.action() == action).toList()));
        }
        var byComponent = new TreeMap<String, RecoveryStats.Tally>();
        counts.stream()
                .collect(Collectors.groupingBy(RecoveryRows.Count::component))
                .forEach((component, of) -> byComponent.put(component, tally(of)));
        return new RecoveryStats(overall(counts), byAction, byComponent);
    }

    /** Of one component. */
    static RecoveryStats stats(List<RecoveryRows.Count> counts, String component) {
        return stats(counts.stream().filter(it -> it.component().equals(component)).toList());
    }

    private static RecoveryStats.Overall overall(Collection<RecoveryRows.Count> counts) {
        RecoveryStats.Tally all = tally(counts);
        double duration = counts.stream().mapToDouble(RecoveryRows.Count::durationMs).sum();
        return new RecoveryStats.Overall(
                all.total(),
                all.successful(),
                all.total() - all.successful(),
                all.total() == 0 ? 0 : rounded((double) all.successful() / all.total(), 3),
                all.total() == 0 ? 0 : rounded(duration / all.total(), 1),
                all.contained(),
                all.recovered(),
                all.verified());
    }

    private static RecoveryStats.Tally tally(Collection<RecoveryRows.Count> counts) {
        long failed = counts.stream().mapToLong(RecoveryRows.Count::failed).sum();
        long contained = counts.stream().mapToLong(RecoveryRows.Count::contained).sum();
        long recovered = counts.stream().mapToLong(RecoveryRows.Count::recovered).sum();
        long verified = counts.stream().mapToLong(RecoveryRows.Count::verified).sum();
        return new RecoveryStats.Tally(
                failed + contained + recovered + verified,
                recovered + verified,
                contained,
                recovered,
                verified);
    }

    private static double rounded(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
