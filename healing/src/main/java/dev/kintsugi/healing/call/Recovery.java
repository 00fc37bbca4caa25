package dev.kintsugi.healing.call;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.detect.CallSite;
import dev.kintsugi.healing.rollback.Undo;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The policies of one component around its calls.
 *
 * <pre>{@code
 * var recovery = Recovery.of("openai_adapter")
 *     .retry(Retry.attempts(3).backoff(ofSeconds(1), ofSeconds(60)))
 *     .breaker(Breaker.opensAfter(5).halfOpenAfter(ofSeconds(60)).closesAfter(2))
 *     .fallback(anthropic, localModel);
 * String poem = recovery.call(() -> openai.generate(prompt));
 * }</pre>
 *
 * <p>In whatever order policies are added, they apply in one, the outermost first: fallback, budget
 * of attempts, deadline, retry, breaker, rate limit, bulkhead, timeout, hedge, operation; {@link
 * #describe()} prints it. Each method that adds one returns another recovery, which shares the
 * breaker, the bulkhead's places and what is counted with this one; a policy that is added again
 * replaces the one before, with a state of its own. Immutable, and safe for use by many threads.
 *
 * <p>A call runs on the thread of its caller. What the operation throws reaches the caller as it
 * is, after the last attempt; a call that was not made throws {@link CallRejected}. A call that is
 * interrupted while it waits for its next attempt ends with the last attempt's exception, and the
 * thread is interrupted still. Interrupted and cancelled operations and {@link Error}s are neither
 * repeated nor answered by a fallback.
 */
public final class Recovery {
    private final Component component;
    private final Policies policies;
    private final Guard guard;
    private final RetryMeter meter;

    private Recovery(Component component, Policies policies, Guard guard, RetryMeter meter) {
        this.component = component;
        this.policies = policies;
        this.guard = guard;
        this.meter = meter;
    }

    /** A component's recovery without any policy: calls are counted and their failures told. */
    public static Recovery of(String component) {
        return of(component, Setting.standard());
    }

    /** As {@link #of(String)}, with what a program's recoveries have in common. */
    public static Recovery of(String component, Setting setting) {
        Objects.requireNonNull(setting, "setting");
        var called = new Component(Check.name("component", component), setting);
        return new Recovery(
                called, Policies.NONE, Guard.of(called), meter(called, Policies.NONE.retry()));
    }

    /** Makes calls that failed again, within {@link Retry}'s bounds. */
    public Recovery retry(Retry retry) {
        Objects.requireNonNull(retry, "retry");
        return with(policies.with(retry), guard, meter(component, retry));
    }

    /** Calls nobody who keeps failing; begins closed, or as it was kept. */
    public Recovery breaker(Breaker breaker) {
        Objects.requireNonNull(breaker, "breaker");
        CircuitBreaker replaced = guard.breaker();
        if (replaced != null && replaced.phase() != BreakerPhase.CLOSED) {
            component.breakerMoved(replaced.phase(), BreakerPhase.CLOSED);
        }
        var live = new CircuitBreaker(breaker, component.time, component::breakerMoved);
        BreakerSync.begin(component, live);
        return with(policies.with(breaker), guard.with(live), meter);
    }

    /** Rejects calls that would begin too soon after others. */
    public Recovery rateLimit(RateLimit limit) {
        Objects.requireNonNull(limit, "limit");
        var gate = new RateGate(limit, component.time.ticker());
        return with(policies.with(limit), guard.with(gate), meter);
    }

    /** Rejects calls while too many are at it. */
    public Recovery bulkhead(Bulkhead bulkhead) {
        Objects.requireNonNull(bulkhead, "bulkhead");
        var places = new Permits(bulkhead.maxConcurrent());
        return with(policies.with(bulkhead), guard.with(places), meter);
    }

    /** Makes slow calls a second time; at most 5% of them. */
    public Recovery hedge(Hedge hedge) {
        Objects.requireNonNull(hedge, "hedge");
        var meter = new RetryMeter(Hedge.BUDGET, component.recent);
        var hedging = new Hedging(hedge, component.time.timers(), meter, component.counters);
        return with(policies.with(hedge), guard.with(hedging), this.meter);
    }

    /**
     * How long each attempt may take, 1 ms to 1 day. The thread is interrupted when it is up; an
     * operation that does not heed that holds its caller until it returns, and what it returns is
     * then not used. Interrupting closes the channel that the thread waits for; while a channel of
     * one's own blocks in {@code implCloseChannel}, no other timeout of the program is kept.
     */
    public Recovery timeout(Duration perAttempt) {
        return limited(policies.withTimeout(perAttempt));
    }

    /** How long a call may take with all its attempts and waits, 1 ms to 1 day; see above. */
    public Recovery deadline(Duration perCall) {
        return limited(policies.withDeadline(perCall));
    }

    private Recovery limited(Policies changed) {
        var limit = new TimeLimit(component.name, changed.longestAttempt(), component.time);
        return with(changed, guard.with(limit), meter);
    }

    private Recovery with(Policies policies, Guard guard, RetryMeter meter) {
        return new Recovery(component, policies, guard, meter);
    }

    /** Others that serve, in this order, when the operation does not; at least one, at most 10. */
    @SafeVarargs
    public final <T> WithFallback<T> fallback(Fallback<T>... fallbacks) {
        for (Fallback<T> each : Objects.requireNonNull(fallbacks, "fallbacks")) {
            Objects.requireNonNull(each, "fallback");
        }
        return new WithFallback<>(this, List.of(fallbacks));
    }

    /**
     * How to take back what one call does: a snapshot, or a log of compensations.
     *
     * <pre>{@code
     * recovery.rollback(Undo.restoring(state, this::restore)).call(this::change);
     * }</pre>
     */
    public WithRollback rollback(Undo undo) {
        return new WithRollback(this, Objects.requireNonNull(undo, "undo"));
    }

    /** Makes a call; its result, or what the last attempt threw. */
    public <T, X extends Exception> T call(Operation<? extends T, X> operation) throws X {
        return call(component.site, operation);
    }

    /**
     * Makes a call of which it is known which operation, request and user it is for.
     *
     * @param site told to listeners with every failure; its component should be this one
     */
    public <T, X extends Exception> T call(CallSite site, Operation<? extends T, X> operation)
            throws X {
        Object outcome = outcome(site, operation);
        if (outcome instanceof Trouble trouble) {
            if (!trouble.isOver()) {
                throw Recovery.<X>thrown(gaveUp(trouble));
            }
            return value(trouble.outcome());
        }
        return value(outcome);
    }

    /**
     * Makes a call that does not hold its caller.
     *
     * <p>Cancelling the future, or completing it in any other way, cancels what the operation is at
     * and the wait for its next attempt. The first attempt begins on the caller's thread, others on
     * virtual threads. A timeout cancels the operation's own future. Both are as good as that
     * future heeds them: what {@link CompletableFuture#supplyAsync(Supplier)} runs does not, and
     * still runs when the call is over, its place in the bulkhead is given back and what it did is
     * taken back. {@link #start} interrupts its work.
     *
     * @param operation begins the work and returns at once
     */
    public <T> CompletableFuture<T> callAsync(Supplier<? extends CompletionStage<T>> operation) {
        return callAsync(component.site, operation);
    }

    /** As {@link #callAsync(Supplier)}, for a call of which more is known. */
    public <T> CompletableFuture<T> callAsync(
            CallSite site, Supplier<? extends CompletionStage<T>> operation) {
        var call = new AsyncCall<T>(this, site, operation);
        return call.finish(call::complete, trouble -> call.fail(gaveUp(trouble)), this::gaveUp);
    }

    /**
     * Makes a call on a virtual thread of its own, for operations that block. Cancelling the future
     * interrupts it.
     */
    public <T> CompletableFuture<T> start(Operation<? extends T, ?> operation) {
        return Started.on(bounds(), () -> this.<T, Exception>call(operation::call));
    }

    /** The breaker's state, and its manual control; empty when there is none. */
    public Optional<CircuitBreaker> circuitBreaker() {
        return Optional.ofNullable(guard.breaker());
    }

    /** What was counted of the component's calls through this recovery and those made from it. */
    public CallStatistics statistics() {
        return component.counters.snapshot(component.name);
    }

    /** How many places of the bulkhead are taken now; 0 where there is none. */
    public int placesTaken() {
        Permits places = guard.places();
        return places == null ? 0 : places.taken();
    }

    /** The policies in the order in which they apply, the outermost first. */
    public String describe() {
        return policies.describe();
    }

    @Override
    public String toString() {
        return component.name + ": " + describe();
    }

    /** What a call comes to: a {@link Trouble}, or what the first attempt returned. */
    @Nullable Object outcome(CallSite site, Operation<?, ?> operation) {
        Duration deadline = policies.deadline();
        return deadline == null
                ? attempts(site, operation)
                : ScopedValue.where(
                                Deadline.CURRENT,
                                Deadline.in(deadline, component.time.ticker(), component.name))
                        .call(() -> attempts(site, operation));
    }

    private @Nullable Object attempts(CallSite site, Operation<?, ?> operation) {
        Object outcome = guard.attempt(site, operation);
        if (outcome instanceof Failed failed) {
            return repeated(site, operation, repetition(failed));
        }
        component.counters.smooth(Lanes.ofThread());
        return outcome;
    }

    private Trouble repeated(CallSite site, Operation<?, ?> operation, Repetition repetition) {
        Duration wait;
        while ((wait = repetition.waitForNext()) != null && waited(wait)) {
            Object outcome = repetition.repeat(() -> guard.attempt(site, operation));
            if (!(outcome instanceof Failed failed)) {
                return repetition.healed(outcome);
            }
            repetition.failedAgain(failed);
        }
        return component.rescued(
                repetition.givenUp(), () -> repetition.once(() -> guard.attempt(site, operation)));
    }

    private boolean waited(Duration wait) {
        try {
            component.time.pause().take(wait);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    Repetition repetition(Failed first) {
        return new Repetition(component, policies.retry(), meter, first);
    }

    Guard guard() {
        return guard;
    }

    /** Those of a call that begins now. */
    Bounds bounds() {
        Duration own = policies.deadline();
        Deadline deadline =
                own == null
                        ? Deadline.current()
                        : Deadline.in(own, component.time.ticker(), component.name);
        return new Bounds(deadline, Bounds.attemptsLeft());
    }

    /** Nothing served: what the caller is to get. */
    Throwable gaveUp(Trouble trouble) {
        return gaveUp(trouble, trouble.repeated() ? RecoveryAction.RETRY_BACKOFF : null);
    }

    /**
     * Nothing served: what the caller is to get.
     *
     * @param tried what was done last; null when nothing was: then there was no recovery
     */
    Throwable gaveUp(Trouble trouble, @Nullable RecoveryAction tried) {
        if (trouble.last().by() == Rejection.BREAKER_OPEN) {
            component.ended(
                    trouble,
                    RecoveryAction.CIRCUIT_BREAK,
                    Outcome.CONTAINED,
                    Collections.emptySortedMap());
        } else if (tried != null) {
            component.ended(trouble, tried, Outcome.FAILED, Collections.emptySortedMap());
        } else {
            component.counters.failed();
        }
        return trouble.last().thrown();
    }

    Component component() {
        return component;
    }

    private static RetryMeter meter(Component component, Retry retry) {
        return new RetryMeter(retry.budget(), component.recent);
    }

    /** What an operation of T returned, null included where it does. */
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    static <T> T value(@Nullable Object outcome) {
        return (T) outcome;
    }

    /** Throws what an operation of X threw, or a runtime exception or error. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> X thrown(Throwable thrown) throws X {
        throw (X) thrown;
    }
}
