package dev.kintsugi.spring;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.breaker.BreakerPhase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** The meters of one component that are used on every call. */
final class ComponentMeters {
    private final Counter succeeded;
    private final Counter failed;
    private final Timer duration;
    private volatile BreakerPhase breaker = BreakerPhase.CLOSED;
    private volatile HealthStatus health = HealthStatus.INSUFFICIENT_DATA;

    ComponentMeters(MeterRegistry registry, String component) {
        succeeded = calls(registry, component, "success");
        failed = calls(registry, component, "failure");
        duration = registry.timer(HealingMetrics.PREFIX + "call.duration", "component", component);
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

    private static Counter calls(MeterRegistry registry, String component, String outcome) {
        return registry.counter(
                HealingMetrics.PREFIX + "calls", "component", component, "outcome", outcome);
    }

    void succeeded(long nanos) {
        succeeded.increment();
        took(nanos);
    }

    void failed(long nanos) {
        failed.increment();
        took(nanos);
    }

    private void took(long nanos) {
        if (nanos >= 0) {
            duration.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    void breaker(BreakerPhase phase) {
        breaker = phase;
    }

    void health(HealthStatus status) {
        health = status;
    }
}
