package dev.kintsugi.healing.breaker;

import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The circuit breaker as a pure function.
 *
 * <p>Closed, it permits all calls and opens after {@link BreakerConfig#failureThreshold()}
 * consecutive failures. Open, it permits none until {@link BreakerConfig#timeout()} has passed
 * since it opened; the first asked after that is its probe. Half-open, it permits {@link
 * BreakerConfig#halfOpenMaxCalls()} probes at a time; one failure opens it again, {@link
 * BreakerConfig#successThreshold()} successes close it. A probe holds its place only for {@link
 * BreakerConfig#probeLease()}: one that never returns cannot wedge the breaker.
 *
 * <p>Outcomes count only in the phase in which their call was permitted: what was still in flight
 * when the breaker opened neither closes nor re-opens it, and an outcome told twice counts once
 * while half-open.
 */
public final class BreakerMachine {

    private BreakerMachine() {}

    /**
     * What follows from an event.
     *
     * @param state the next state
     * @param permitted whether the call that was asked for may go ahead; true for other events
     * @param permit what the permitted call's outcome must name; 0 when there is none
     */
    public record Decision(BreakerState state, boolean permitted, long permit) {}

    /** The next state, and the answer when the event asks for a call. */
    public static Decision decide(BreakerState state, BreakerEvent event, BreakerConfig config) {
        return switch (event) {
            case BreakerEvent.Asked(Instant at) -> asked(state, at, config);
            case BreakerEvent.Succeeded(_, long permit) -> told(succeeded(state, permit, config));
            case BreakerEvent.Failed(Instant at, long permit) ->
                    told(failed(state, at, permit, config));
            case BreakerEvent.Abandoned(_, long permit) -> told(withoutProbe(state, permit));
            case BreakerEvent.Tripped(Instant at, long permit) -> told(tripped(state, at, permit));
            case BreakerEvent.Isolated(Instant at) -> told(opened(state, at, true));
            case BreakerEvent.Reset _ ->
                    told(BreakerState.closed(state.lastPermit(), state.lastPermit()));
        };
    }

    private static Decision asked(BreakerState state, Instant at, BreakerConfig config) {
        return switch (state.phase()) {
            case CLOSED -> permitted(state, state.probes());
            case OPEN ->
                    isDue(state, at, config)
                            ? probe(halfOpened(state), at, config)
                            : new Decision(state, false, 0);
            case HALF_OPEN -> probe(state, at, config);
        };
    }

    private static boolean isDue(BreakerState state, Instant at, BreakerConfig config) {
        Instant openedAt = state.openedAt();
        return !state.isolated()
                && openedAt != null
                && !at.isBefore(openedAt.plus(config.timeout()));
    }

    private static Decision probe(BreakerState state, Instant at, BreakerConfig config) {
        var inFlight = new TreeMap<Long, Instant>(state.probes());
        inFlight.values().removeIf(until -> !at.isBefore(until));
        if (inFlight.size() >= config.halfOpenMaxCalls()) {
            return new Decision(state, false, 0);
        }
        inFlight.put(state.lastPermit() + 1, at.plus(config.probeLease()));
        return permitted(state, inFlight);
    }

    private static Decision permitted(BreakerState state, SortedMap<Long, Instant> probes) {
        long permit = state.lastPermit() + 1;
        var next =
                new BreakerState(
                        state.phase(),
                        state.failureCount(),
                        state.successCount(),
                        state.openedAt(),
                        state.isolated(),
                        state.since(),
                        permit,
                        probes);
        return new Decision(next, true, permit);
    }

    private static BreakerState succeeded(BreakerState state, long permit, BreakerConfig config) {
        return switch (state.phase()) {
            case CLOSED -> permit > state.since() ? counted(state, 0, 0) : state;
            case OPEN -> state;
            case HALF_OPEN -> {
                if (!state.probes().containsKey(permit)) {
                    yield state;
                }
                int successes = state.successCount() + 1;
                yield successes >= config.successThreshold()
                        ? BreakerState.closed(state.lastPermit(), state.lastPermit())
                        : withoutProbe(counted(state, 0, successes), permit);
            }
        };
    }

    private static BreakerState failed(
            BreakerState state, Instant at, long permit, BreakerConfig config) {
        return switch (state.phase()) {
            case CLOSED -> {
                if (permit <= state.since()) {
                    yield state;
                }
                int failures = state.failureCount() + 1;
                yield failures >= config.failureThreshold()
                        ? opened(state, at, false)
                        : counted(state, failures, 0);
            }
            case OPEN -> state;
            case HALF_OPEN -> state.probes().containsKey(permit) ? opened(state, at, false) : state;
        };
    }

    /** What goes wrong too often opens what is closed; a half-open breaker judges by its probes. */
    private static BreakerState tripped(BreakerState state, Instant at, long permit) {
        return switch (state.phase()) {
            case CLOSED -> permit > state.since() ? opened(state, at, false) : state;
            case OPEN, HALF_OPEN -> state;
        };
    }

    private static BreakerState counted(BreakerState state, int failures, int successes) {
        return new BreakerState(
                state.phase(),
                failures,
                successes,
                state.openedAt(),
                state.isolated(),
                state.since(),
                state.lastPermit(),
                state.probes());
    }

    private static BreakerState withoutProbe(BreakerState state, long permit) {
        var left = new TreeMap<Long, Instant>(state.probes());
        left.remove(permit);
        return new BreakerState(
                state.phase(),
                state.failureCount(),
                state.successCount(),
                state.openedAt(),
                state.isolated(),
                state.since(),
                state.lastPermit(),
                left);
    }

    private static BreakerState opened(BreakerState state, Instant at, boolean isolated) {
        return new BreakerState(
                BreakerPhase.OPEN,
                0,
                0,
                at,
                isolated,
                state.lastPermit(),
                state.lastPermit(),
                new TreeMap<>());
    }

    private static BreakerState halfOpened(BreakerState state) {
        return new BreakerState(
                BreakerPhase.HALF_OPEN,
                0,
                0,
                state.openedAt(),
                false,
                state.lastPermit(),
                state.lastPermit(),
                new TreeMap<>());
    }

    private static Decision told(BreakerState state) {
        return new Decision(state, true, 0);
    }
}
