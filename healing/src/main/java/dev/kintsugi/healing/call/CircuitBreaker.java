package dev.kintsugi.healing.call;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerEvent;
import dev.kintsugi.healing.breaker.BreakerMachine;
import dev.kintsugi.healing.breaker.BreakerMachine.Decision;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.time.TimeAndChance;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A component's circuit breaker as it runs: {@link BreakerMachine} decides, this keeps its state.
 * Safe for use by many threads.
 *
 * <p>A call through a closed breaker that goes well costs two reads and writes nothing: all calls
 * of one closed period share the permit that the machine gave to the first, and a success concerns
 * the machine only where there are failures to forget. Times are measured by the ticker, so that a
 * clock that is put back cannot keep a breaker open.
 */
public final class CircuitBreaker {

    /** The answer to a call that may not be made. */
    static final long REFUSED = -1;

    private static final VarHandle STANDING = standing();

    /**
     * What calls look at.
     *
     * @param window what is counted of this closed period alone; null when not closed, and when
     *     rates do not matter
     * @param permit what all calls get while closed; {@link #REFUSED} otherwise
     * @param clean whether a success would change nothing: closed, and no failures to forget
     * @param notBefore ticker's time until which an open breaker refuses without asking the machine
     */
    private record Standing(
            BreakerState state,
            @Nullable RateWindow window,
            long permit,
            boolean clean,
            long notBefore) {}

    private final BreakerConfig config;
    private final @Nullable FailureRate rate;
    private final TimeAndChance time;
    private final BiConsumer<BreakerPhase, BreakerPhase> moved;
    private final Instant originTime;
    private final long originNanos;
    private final AtomicBoolean telling = new AtomicBoolean();
    private volatile BreakerPhase told = BreakerPhase.CLOSED;
    private volatile Runnable onMove = () -> {};
    private volatile Instant closedSince;

    @SuppressWarnings("FieldMayBeFinal") // written through the handle
    private volatile Standing standing;

    /**
     * @param moved hears of changes of phase, after them and in order; of several that come at
     *     once, maybe as one
     */
    CircuitBreaker(
            Breaker policy, TimeAndChance time, BiConsumer<BreakerPhase, BreakerPhase> moved) {
        this.config = policy.config();
        this.rate = policy.rate();
        this.time = time;
        this.moved = moved;
        this.originTime = time.clock().instant();
        this.originNanos = time.ticker().nanos();
        this.closedSince = originTime;
        this.standing = closed(BreakerState.closed());
    }

    /**
     * Closed, open or half-open, as of the last call: one that is due for a probe is open until it
     * is asked for.
     */
    public BreakerPhase phase() {
        return standing.state.phase();
    }

    /** All that the machine knows now. */
    public BreakerState state() {
        return standing.state;
    }

    /** Opens it until {@link #reset()}. */
    public void isolate() {
        tell(new BreakerEvent.Isolated(now()));
    }

    /** Closes it and forgets what was counted. */
    public void reset() {
        tell(new BreakerEvent.Reset(now()));
    }

    /** A permit, which the call's outcome must name, or {@link #REFUSED}. */
    long permit() {
        long permit = standing.permit;
        return permit == REFUSED ? probe() : permit;
    }

    /** Whether it must be told exactly how long each call took. */
    boolean measuresCalls() {
        return rate != null && rate.countsSlowCalls() && !rate.measuresRoughly();
    }

    /** A moment to ask {@link #took} about; costs next to nothing. */
    long moment() {
        return rate == null ? 0 : time.roughTicker().nanos();
    }

    /**
     * How long a call took that began at the moment.
     *
     * @param nanos how long it took when that was measured exactly, else -1
     */
    long took(long nanos, long moment) {
        return nanos >= 0 || rate == null || !rate.measuresRoughly()
                ? nanos
                : time.roughTicker().nanos() - moment;
    }

    /**
     * @param nanos how long it took; -1 when that was not measured
     * @return when it had opened, where this was the probe that closes it; else null
     */
    @Nullable Instant succeeded(long permit, long nanos) {
        Standing current = standing;
        if (isTooOften(current, permit, false, nanos)) {
            tell(new BreakerEvent.Tripped(now(), permit));
        } else if (!current.clean || current.permit != permit) {
            if (rate != null && current.permit == REFUSED && rate.isSlow(nanos)) {
                tell(new BreakerEvent.Failed(now(), permit));
            } else if (tell(new BreakerEvent.Succeeded(now(), permit))) {
                return current.state.openedAt();
            }
        }
        return null;
    }

    void failed(long permit, long nanos) {
        tell(
                isTooOften(standing, permit, true, nanos)
                        ? new BreakerEvent.Tripped(now(), permit)
                        : new BreakerEvent.Failed(now(), permit));
    }

    /** Counts the call where it was permitted in this closed period. */
    private boolean isTooOften(Standing current, long permit, boolean failed, long nanos) {
        return current.window != null
                && current.permit == permit
                && current.window.count(time.roughTicker().nanos(), failed, nanos);
    }

    /** Opens it when it is closed. */
    void trip() {
        long permit = standing.permit;
        if (permit != REFUSED) {
            tell(new BreakerEvent.Tripped(now(), permit));
        }
    }

    /** Since when it is closed, or when it was last. */
    Instant closedSince() {
        return closedSince;
    }

    /** Goes on from a state that was kept; what was counted while closed is forgotten. */
    void resume(BreakerState kept) {
        move(standing, kept);
    }

    /** Hears that the phase has changed. */
    void onMove(Runnable action) {
        onMove = action;
    }

    /** The call came to no verdict on the component. */
    void abandoned(long permit) {
        if (standing.permit != permit) {
            tell(new BreakerEvent.Abandoned(now(), permit));
        }
    }

    private long probe() {
        while (true) {
            Standing current = standing;
            if (current.permit != REFUSED) {
                return current.permit;
            }
            if (current.state.phase() == BreakerPhase.OPEN
                    && (current.state.isolated()
                            || time.ticker().nanos() - current.notBefore < 0)) {
                return REFUSED;
            }
            Decision decision =
                    BreakerMachine.decide(current.state, new BreakerEvent.Asked(now()), config);
            if (!decision.permitted()) {
                return REFUSED;
            }
            if (move(current, decision.state())) {
                return decision.permit();
            }
        }
    }

    /**
     * @return whether the phase has changed
     */
    private boolean tell(BreakerEvent event) {
        Standing current;
        BreakerState next;
        do {
            current = standing;
            next = BreakerMachine.decide(current.state, event, config).state();
        } while (next != current.state && !move(current, next));
        return current.state.phase() != next.phase();
    }

    private boolean move(Standing from, BreakerState state) {
        Standing to =
                state.phase() == BreakerPhase.CLOSED
                        ? stillClosed(from, state)
                        : new Standing(state, null, REFUSED, false, due(state));
        if (!STANDING.compareAndSet(this, from, to)) {
            return false;
        }
        if (from.state.phase() != state.phase()) {
            if (state.phase() == BreakerPhase.CLOSED) {
                closedSince = now();
            }
            onMove.run();
            tellMoves();
        }
        return true;
    }

    /** One thread tells at a time, so that the last that is heard is true. */
    private void tellMoves() {
        while (told != phase() && telling.compareAndSet(false, true)) {
            try {
                BreakerPhase before = told;
                BreakerPhase now = phase();
                told = now;
                if (before != now) {
                    moved.accept(before, now);
                }
            } finally {
                telling.set(false);
            }
        }
    }

    private Standing stillClosed(Standing from, BreakerState state) {
        boolean samePeriod = from.permit != REFUSED && state.since() == from.state.since();
        return samePeriod
                ? new Standing(state, from.window, from.permit, state.failureCount() == 0, 0)
                : closed(state);
    }

    /** Begins a closed period: what the machine permits to its first call, all of it share. */
    private Standing closed(BreakerState state) {
        Decision first = BreakerMachine.decide(state, new BreakerEvent.Asked(now()), config);
        var window = rate == null ? null : new RateWindow(rate, time.roughTicker().nanos());
        return new Standing(first.state(), window, first.permit(), true, 0);
    }

    private long due(BreakerState notClosed) {
        Instant openedAt = notClosed.openedAt();
        if (openedAt == null) {
            throw new IllegalStateException("a breaker that is not closed knows since when");
        }
        Instant due = openedAt.plus(config.timeout());
        return originNanos + Duration.between(originTime, due).toNanos();
    }

    private Instant now() {
        return originTime.plusNanos(time.ticker().nanos() - originNanos);
    }

    private static VarHandle standing() {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(CircuitBreaker.class, "standing", Standing.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
