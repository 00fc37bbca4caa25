package dev.kintsugi.spring;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.call.CallStatistics;
import dev.kintsugi.healing.call.CircuitBreaker;
import dev.kintsugi.healing.call.Recovery;
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
    private final HealthMonitor health;
    private final RecentRecoveries recent;

    HealingEndpoint(Recoveries recoveries, HealthMonitor health, RecentRecoveries recent) {
        this.recoveries = recoveries;
        this.health = health;
        this.recent = recent;
    }

    /**
     * Everything.
     *
     * @param recoveries calls that were recovered or held back, of all components, by action
     * @param recentRecoveries the last {@value RecentRecoveries#KEPT}, newest first
     */
    record Report(
            String status,
            List<ComponentReport> components,
            SortedMap<String, Long> recoveries,
            List<RecentRecovery> recentRecoveries) {}

    /**
     * One component.
     *
     * @param policies in the order in which they apply
     * @param breaker null when it has none
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
            SortedMap<String, Long> recoveries) {}

    /**
     * A breaker.
     *
     * @param openedAt null when it is closed
     */
    record BreakerReport(
            String state, boolean isolated, int failureCount, @Nullable Instant openedAt) {}

    /** A recovery that ended. */
    record RecentRecovery(
            String component,
            String operation,
            String action,
            String outcome,
            String category,
            int attempts,
            long durationMillis,
            @Nullable Instant resolvedAt,
            String message) {}

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
                recent.newestFirst().stream().map(HealingEndpoint::report).toList());
    }

    @ReadOperation
    @Nullable ComponentReport one(@Selector String component) {
        return recoveries.find(component).map(this::report).orElse(null);
    }

    /** Answers 404 when there is no such component, or it has no breaker. */
    @WriteOperation
    WebEndpointResponse<ComponentReport> control(
            @Selector String component, BreakerCommand breaker) {
        Optional<Recovery> found = recoveries.find(component);
        Optional<CircuitBreaker> its = found.flatMap(Recovery::circuitBreaker);
        if (found.isEmpty() || its.isEmpty()) {
            return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        }
        switch (breaker) {
            case RESET -> its.get().reset();
            case ISOLATE -> its.get().isolate();
        }
        return new WebEndpointResponse<>(report(found.get()));
    }

    private ComponentReport report(Recovery recovery) {
        CallStatistics counted = recovery.statistics();
        HealthCheckResult checked = health.checkComponentHealth(counted.component()).orElseThrow();
        var rejections = new TreeMap<String, Long>();
        counted.rejections().forEach((reason, count) -> rejections.put(reason.key(), count));
        var byAction = new TreeMap<String, Long>();
        for (RecoveryAction action : RecoveryAction.values()) {
            byAction.put(action.key(), counted.recoveries().getOrDefault(action, 0L));
        }
        return new ComponentReport(
                counted.component(),
                checked.status().key(),
                checked.message(),
                checked.critical(),
                recovery.describe(),
                recovery.circuitBreaker().map(HealingEndpoint::report).orElse(null),
                counted.calls(),
                counted.succeeded(),
                counted.failed(),
                counted.retries(),
                rejections,
                byAction);
    }

    private static BreakerReport report(CircuitBreaker breaker) {
        BreakerState state = breaker.state();
        return new BreakerReport(
                state.phase().key(), state.isolated(), state.failureCount(), state.openedAt());
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
                result.message());
    }
}
