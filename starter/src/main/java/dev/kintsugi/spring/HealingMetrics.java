package dev.kintsugi.spring;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryResult;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What happens to components and their calls, as metrics. All have the tag {@code component}.
 *
 * <ul>
 *   <li>{@code kintsugi.healing.calls}, by {@code outcome} success or failure: attempts that were
 *       made
 *   <li>{@code kintsugi.healing.call.duration}: how long they took, of a sample of them
 *   <li>{@code kintsugi.healing.rejections}, by {@code reason}: attempts that were not made
 *   <li>{@code kintsugi.healing.recoveries}, by {@code action} and {@code outcome}
 *   <li>{@code kintsugi.healing.breaker.state}, by {@code state}: 1 for the one it is in, else 0
 *   <li>{@code kintsugi.healing.health}: 0 too few calls, 1 healthy, 2 degraded, 3 unhealthy, 4
 *       critical
 * </ul>
 */
final class HealingMetrics implements HealingListener {
    static final String PREFIX = "kintsugi.healing.";

    private final MeterRegistry registry;
    private final Map<String, ComponentMeters> components = new ConcurrentHashMap<>();

    HealingMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** A component's meters, which it has from then on, all at 0. */
    ComponentMeters of(String component) {
        ComponentMeters known = components.get(component);
        return known == null
                ? components.computeIfAbsent(component, it -> new ComponentMeters(registry, it))
                : known;
    }

    @Override
    public void onSuccess(String component, long nanos) {
        of(component).succeeded(nanos);
    }

    @Override
    public void onEvent(HealingEvent event) {
        switch (event) {
            case HealingEvent.CallFailed failed -> of(failed.component()).failed(failed.nanos());
            case HealingEvent.CallRejected rejected ->
                    registry.counter(
                                    PREFIX + "rejections",
                                    "component",
                                    rejected.component(),
                                    "reason",
                                    rejected.by().key())
                            .increment();
            case HealingEvent.RecoveryEnded ended -> recovery(ended.result());
            case HealingEvent.BreakerMoved moved -> of(moved.component()).breaker(moved.to());
            case HealingEvent.HealthChanged changed -> of(changed.component()).health(changed.to());
            case HealingEvent.DegradationChanged _ -> {}
        }
    }

    private void recovery(RecoveryResult result) {
        registry.counter(
                        PREFIX + "recoveries",
                        "component",
                        result.error().component(),
                        "action",
                        result.action().key(),
                        "outcome",
                        result.outcome().name().toLowerCase(Locale.ROOT))
                .increment();
    }
}
