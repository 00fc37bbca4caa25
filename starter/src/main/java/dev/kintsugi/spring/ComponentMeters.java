package dev.kintsugi.spring;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.breaker.BreakerPhase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The meters of one component. */
final class ComponentMeters {
    private final MeterRegistry registry;
    private final String component;
    private final Counter succeeded;
    private final Counter failed;
    private final Timer duration;
    private volatile BreakerPhase breaker = BreakerPhase.CLOSED;
    private volatile HealthStatus health = HealthStatus.INSUFFICIENT_DATA;

    ComponentMeters(MeterRegistry registry, String component) {
        this.registry = registry;
        this.component = component;
        succeeded = counter("calls", "outcome", "success");
        failed = counter("calls", "outcome", "failure");
        duration = registry.timer(HealingMetrics.PREFIX + "call.duration", "component", component);
        if (!component.equals(HealingMetrics.OTHERS)) {
            showState();
        }
    }

    private void showState() {
        for (BreakerPhase phase : BreakerPhase.values()) {
            Gauge.builder(
                            HealingMetrics.PREFIX + "breaker.state",
                            this,
                            it -> it.breaker == phase ? 1 : 0)
                    .tags("component", component, "state", phase.key())
                    .strongReference(true)
                    .register(registry);
        }
        Gauge.builder(HealingMetrics.PREFIX + "health", this, it -> it.health.ordinal())
                .tag("component", component)
                .strongReference(true)
                .register(registry);
    }

    void succeeded(long nanos) {
        succeeded.increment();
        took(nanos);
    }

    void heard(HealingEvent event) {
        switch (event) {
            case HealingEvent.CallFailed call -> {
                failed.increment();
                took(call.nanos());
            }
            case HealingEvent.CallRejected call ->
                    counter("rejections", "reason", call.by().key()).increment();
            case HealingEvent.RecoveryEnded(RecoveryResult result) ->
                    counter(
                                    "recoveries",
                                    "action",
                                    result.action().key(),
                                    "outcome",
                                    result.outcome().name().toLowerCase(Locale.ROOT))
                            .increment();
            case HealingEvent.BreakerMoved moved -> breaker = moved.to();
            case HealingEvent.HealthChanged changed -> health = changed.to();
            case HealingEvent.DegradationChanged _ -> {}
        }
    }

    private void took(long nanos) {
        if (nanos >= 0) {
            duration.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    private Counter counter(String name, String... tags) {
        return Counter.builder(HealingMetrics.PREFIX + name)
                .tag("component", component)
                .tags(tags)
                .register(registry);
    }
}
