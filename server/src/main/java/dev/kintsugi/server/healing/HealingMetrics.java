package dev.kintsugi.server.healing;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/**
 * What happens at the call level, as metrics. No label names a component or a tenant: their number
 * has no bound.
 */
final class HealingMetrics implements HealingListener {
    private static final String PREFIX = "kintsugi_healing_";

    private final MeterRegistry registry;
    private final Counter succeeded;
    private final Counter failed;

    HealingMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.succeeded = registry.counter(PREFIX + "calls", "outcome", "success");
        this.failed = registry.counter(PREFIX + "calls", "outcome", "failure");
        for (RecoveryAction action : RecoveryAction.values()) {
            for (Outcome outcome : Outcome.values()) {
                recoveries(action, outcome);
            }
        }
    }

    @Override
    public void onSuccess(String component, long nanos) {
        succeeded.increment();
    }

    @Override
    public void onEvent(HealingEvent event) {
        switch (event) {
            case HealingEvent.CallFailed _ -> failed.increment();
            case HealingEvent.CallRejected rejected ->
                    registry.counter(PREFIX + "rejections", "by", rejected.by().key()).increment();
            case HealingEvent.RecoveryEnded ended ->
                    recoveries(ended.result().action(), ended.result().outcome()).increment();
            case HealingEvent.BreakerMoved moved ->
                    registry.counter(PREFIX + "breaker_moves", "to", moved.to().key()).increment();
            case HealingEvent.HealthChanged changed ->
                    registry.counter(PREFIX + "health_changes", "to", changed.to().key())
                            .increment();
            case HealingEvent.DegradationChanged changed ->
                    registry.counter(PREFIX + "degradation_changes", "to", changed.to().key())
                            .increment();
        }
    }

    /** Takes in what a tenant's process reported. */
    void reported(Batch batch) {
        succeeded.increment(batch.calls().successes());
        failed.increment(batch.calls().failures());
        batch.recoveries()
                .forEach(it ->
                        recoveries(it.action(), it.outcome()).increment(RecoveryRows.count(it)));
    }

    private Counter recoveries(RecoveryAction action, Outcome outcome) {
        return registry.counter(
                PREFIX + "recoveries",
                "action",
                action.key(),
                "outcome",
                outcome.name().toLowerCase(Locale.ROOT));
    }
}
