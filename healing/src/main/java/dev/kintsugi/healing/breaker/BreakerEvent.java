package dev.kintsugi.healing.breaker;

import java.time.Instant;

/** What a breaker is told. Times come from the caller and may not be in order. */
public sealed interface BreakerEvent {

    Instant at();

    /** Somebody asks whether they may call. */
    record Asked(Instant at) implements BreakerEvent {}

    /**
     * A permitted call went well.
     *
     * @param permit the permit that was given to it
     */
    record Succeeded(Instant at, long permit) implements BreakerEvent {}

    /**
     * A permitted call failed in a way that counts.
     *
     * @param permit the permit that was given to it
     */
    record Failed(Instant at, long permit) implements BreakerEvent {}

    /**
     * A permitted call came to no verdict: cancelled, or failed by the caller's own fault.
     *
     * @param permit the permit that was given to it
     */
    record Abandoned(Instant at, long permit) implements BreakerEvent {}

    /**
     * Calls go wrong too often, counted elsewhere: by their rate, or by what most nodes see.
     *
     * @param permit the permit of one of these calls
     */
    record Tripped(Instant at, long permit) implements BreakerEvent {}

    /** A person opens the breaker until it is reset. */
    record Isolated(Instant at) implements BreakerEvent {}

    /** A person closes the breaker and forgets what was counted. */
    record Reset(Instant at) implements BreakerEvent {}
}
