package dev.kintsugi.healing;

import dev.kintsugi.healing.breaker.BreakerPhase;

/** Something that happened to a component or its calls. */
public sealed interface HealingEvent {

    /** What it happened to. */
    String component();

    /**
     * A call of the operation itself failed; a retry may follow.
     *
     * @param nanos how long it took; -1 when that was not measured
     */
    record CallFailed(ErrorContext error, long nanos) implements HealingEvent {
        @Override
        public String component() {
            return error.component();
        }
    }

    /** A call was not made. */
    record CallRejected(String component, Rejection by) implements HealingEvent {}

    /** A recovery came to its end. */
    record RecoveryEnded(RecoveryResult result) implements HealingEvent {
        @Override
        public String component() {
            return result.error().component();
        }
    }

    /** A breaker went into another phase. */
    record BreakerMoved(String component, BreakerPhase from, BreakerPhase to)
            implements HealingEvent {}

    /** A component's health is another than before. */
    record HealthChanged(String component, HealthStatus from, HealthStatus to, String message)
            implements HealingEvent {}

    /** The system offers more or less than before; the component names the system. */
    record DegradationChanged(String component, DegradationLevel from, DegradationLevel to)
            implements HealingEvent {}
}
