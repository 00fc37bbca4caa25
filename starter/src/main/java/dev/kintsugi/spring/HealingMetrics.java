package dev.kintsugi.spring;

import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.call.CallStatistics;
import dev.kintsugi.healing.call.Recovery;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

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
 *   <li>{@code kintsugi.healing.hedges}, by {@code which} made or won: calls made a second time
 *   <li>{@code kintsugi.healing.bulkhead.taken}: places
 *   <li>{@code kintsugi.healing.degradation}, without the tag: how degraded the application is, 0
 *       full, 1 limited, 2 essential, 3 maintenance
 * </ul>
 *
 * <p>Where there are {@value #MAX_COMPONENTS} components, further ones count together as {@value
 * #OTHERS}, without breaker and health: names that a program makes up must not fill the registry.
 */
final class HealingMetrics implements HealingListener {
    static final String PREFIX = "kintsugi.healing.";
    static final String OTHERS = "others";
    static final int MAX_COMPONENTS = 1_000;

    private final MeterRegistry registry;
    private final Map<String, ComponentMeters> components = new ConcurrentHashMap<>();
    private volatile DegradationLevel degradation = DegradationLevel.FULL;

    HealingMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder(PREFIX + "degradation", this, it -> it.degradation.ordinal())
                .strongReference(true)
                .register(registry);
    }

    /** A component's meters, which it has from then on, all at 0. */
    ComponentMeters of(String component) {
        ComponentMeters known = components.get(component);
        if (known != null) {
            return known;
        }
        String name = components.size() < MAX_COMPONENTS ? component : OTHERS;
        return components.computeIfAbsent(name, it -> new ComponentMeters(registry, it));
    }

    /** A component with properties: only these have hedges and bulkheads. */
    void show(Recovery recovery) {
        String component = recovery.statistics().component();
        of(component);
        hedges(recovery, component, "made", CallStatistics::hedges);
        hedges(recovery, component, "won", CallStatistics::hedgesWon);
        Gauge.builder(PREFIX + "bulkhead.taken", recovery, Recovery::placesTaken)
                .tag("component", component)
                .strongReference(true)
                .register(registry);
    }

    private void hedges(
            Recovery recovery,
            String component,
            String which,
            ToDoubleFunction<CallStatistics> count) {
        FunctionCounter.builder(
                        PREFIX + "hedges", recovery, it -> count.applyAsDouble(it.statistics()))
                .tags("component", component, "which", which)
                .register(registry);
    }

    @Override
    public void onSuccess(String component, long nanos) {
        of(component).succeeded(nanos);
    }

    @Override
    public void onEvent(HealingEvent event) {
        if (event instanceof HealingEvent.DegradationChanged changed) {
            degradation = changed.to(); // of the system, which is no component
            return;
        }
        of(event.component()).heard(event);
    }
}
