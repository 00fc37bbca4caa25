package dev.kintsugi.spring;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.call.CallStatistics;
import dev.kintsugi.healing.call.CircuitBreaker;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.detect.DeadLetters;
import dev.kintsugi.healing.engine.RecoveryEngine;
import dev.kintsugi.healing.health.HealthCheckResult;
import dev.kintsugi.healing.health.HealthMonitor;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** Shows components, their breakers and recoveries, and resets or isolates a breaker. */
@Endpoint(id = "healing")
final class HealingEndpoint {
    private final Recoveries recoveries;
    private final RecoveryEngine engine;
    private final HealthMonitor health;
    private final RecentRecoveries recent;
    private final DeadLetters deadLetters;

    HealingEndpoint(
            Recoveries recoveries,
            RecoveryEngine engine,
            HealthMonitor health,
            RecentRecoveries recent,
            DeadLetters deadLetters) {
        this.recoveries = recoveries;
        this.engine = engine;
        this.health = health;
        this.recent = recent;
        this.deadLetters = deadLetters;
    }

    /**
     * Everything.
     *
     * @param recoveries calls that were recovered or held back, of these components, by action
     * @param engine what the recovery engine did
     * @param recentRecoveries the last {@value RecentRecoveries#KEPT}, newest first
     */
    record Report(
            String status,
            List<ComponentReport> components,
            SortedMap<String, Long> recoveries,
            EngineReport engine,
            List<RecentRecovery> recentRecoveries,
            DeadLettersReport deadLetters) {}

    /**
     * One component.
     *
     * @param policies in the order in which they apply
     * @param breaker null when it has none
     * @param placesTaken of the bulkhead, now
     * @param strategies calls that strategies of the application's own served, by their names
     */
    record ComponentReport(
            String name,
            String status,
            String message,
            boolean critical,
            String policies,
            @Nullable BreakerReport breaker,
            long calls,
            long succeeded,
            long failed,
            long retries,
            SortedMap<String, Long> rejections,
            SortedMap<String, Long> recoveries,
            SortedMap<String, Long> strategies,
            long hedges,
            long hedgesWon,
            int placesTaken) {}

    /**
     * A recovery that ended.
     *
     * @param metadata who served, where it says: {@code served_by} a fallback, {@code strategy}
     */
    record RecentRecovery(
            String component,
            String operation,
            String action,
            String outcome,
            String category,
            int attempts,
            long durationMillis,
            @Nullable Instant resolvedAt,
            String message,
            SortedMap<String, String> metadata) {}

    /** What may be done to a breaker. */
    enum BreakerCommand {
        RESET,
        ISOLATE
    }

    @ReadOperation
    Report all() {
        var byAction = new TreeMap<String, Long>();
        for (Recovery each : recoveries.all()) {
            each.statistics()
                    .recoveries()
                    .forEach((action, count) -> byAction.merge(action.key(), count, Long::sum));
        }
        return new Report(
                health.systemHealth().status().key(),
                recoveries.all().stream().map(this::report).toList(),
                byAction,
                EngineReport.of(engine),
                recent.newestFirst().stream().map(HealingEndpoint::report).toList(),
                DeadLettersReport.of(deadLetters));
    }

    @ReadOperation
    @Nullable ComponentReport one(@Selector String component) {
        return recoveries.find(component).map(this::report).orElse(null);
    }

    /** The breaker as it is then; 404 when there is no such component, or it has none. */
    @WriteOperation
    WebEndpointResponse<BreakerReport> control(@Selector String component, BreakerCommand breaker) {
        Optional<CircuitBreaker> found =
                recoveries
                        .find(component)
                        .flatMap(Recovery::circuitBreaker)
                        .or(() -> engine.circuitBreaker(component));
        found.ifPresent(it -> {
            switch (breaker) {
                case RESET -> it.reset();
                case ISOLATE -> it.isolate();
            }
        });
        return found.map(it -> new WebEndpointResponse<>(BreakerReport.of(it)))
                .orElseGet(() -> new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND));
    }

    private ComponentReport report(Recovery recovery) {
        CallStatistics counted = recovery.statistics();
        Optional<HealthCheckResult> checked = health.checkComponentHealth(counted.component());
        var rejections = new TreeMap<String, Long>();
        counted.rejections().forEach((reason, count) -> rejections.put(reason.key(), count));
        var byAction = new TreeMap<String, Long>();
        for (RecoveryAction action : RecoveryAction.values()) {
            byAction.put(action.key(), counted.recoveries().getOrDefault(action, 0L));
        }
        return new ComponentReport(
                counted.component(),
                checked.map(HealthCheckResult::status).orElse(HealthStatus.INSUFFICIENT_DATA).key(),
                checked.map(HealthCheckResult::message).orElse("not monitored"),
                checked.map(HealthCheckResult::critical).orElse(false),
                recovery.describe(),
                recovery.circuitBreaker().map(BreakerReport::of).orElse(null),
                counted.calls(),
                counted.succeeded(),
                counted.failed(),
                counted.retries(),
                rejections,
                byAction,
                counted.strategies(),
                counted.hedges(),
                counted.hedgesWon(),
                recovery.placesTaken());
    }

    private static RecentRecovery report(RecoveryResult result) {
        return new RecentRecovery(
                result.error().component(),
                result.error().operation(),
                result.action().key(),
                result.outcome().name().toLowerCase(Locale.ROOT),
                result.error().category().name().toLowerCase(Locale.ROOT),
                result.attempts(),
                result.duration().toMillis(),
                result.resolvedAt(),
                result.message(),
                result.metadata());
    }
}
