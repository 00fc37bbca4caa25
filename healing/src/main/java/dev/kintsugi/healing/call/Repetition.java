package dev.kintsugi.healing.call;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.Rejection;
import java.time.Duration;
import java.util.Collections;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides about the next attempt of one call whose first did not serve. For one thread at a time.
 */
final class Repetition {
    private final Component component;
    private final Retry retry;
    private final RetryMeter meter;
    private final int allowed;
    private Failed last;

    /** Attempts so far, of inner recoveries too; those that were rejected count as well. */
    private int tries;

    /** Those of them that were made. */
    private int attempts;

    private boolean repeated;

    private boolean waits;

    /** Ticker's time when it began to wait for a second attempt; until then it took no time. */
    private long since;

    Repetition(Component component, Retry retry, RetryMeter meter, Failed first) {
        this.component = component;
        this.retry = retry;
        this.meter = meter;
        this.allowed = Bounds.attemptsAllowed(retry.maxAttempts());
        this.last = first;
        count(first);
        component.counters.troubled();
    }

    /** How long to wait before the next attempt; null when there is to be none. */
    @Nullable Duration waitForNext() {
        if (tries >= allowed || !isWorthRepeating()) {
            return null;
        }
        Duration wait = retry.delay(tries, component.time.chance().nextDouble(), retryAfter());
        if (wait == null) {
            return null;
        }
        if (Deadline.isWithin(wait)) {
            component.rejected(Rejection.DEADLINE_PASSED);
            return null;
        }
        if (!meter.take()) {
            component.rejected(Rejection.RETRY_BUDGET_SPENT);
            return null;
        }
        if (!waits) {
            waits = true;
            since = component.time.ticker().nanos();
        }
        return wait;
    }

    /** Makes the next attempt. */
    <T> T repeat(Supplier<T> attempt) {
        repeated = true;
        component.counters.retried();
        return Bounds.within(allowed - tries, attempt);
    }

    /** A call that a strategy makes: an attempt as others, also of the retries' budget. */
    <T> Object once(Supplier<T> attempt) throws Exception {
        if (!meter.take()) {
            component.rejected(Rejection.RETRY_BUDGET_SPENT);
            throw new CallRejected(component.name, Rejection.RETRY_BUDGET_SPENT);
        }
        component.counters.retried();
        T outcome = Bounds.within(1, attempt);
        if (outcome instanceof Failed failed) {
            count(failed);
            Attempts.mark(last.thrown(), component.name, attempts);
            throw Recovery.<Exception>thrown(failed.thrown());
        }
        return Recovery.value(outcome);
    }

    void failedAgain(Failed failed) {
        last = failed;
        count(failed);
    }

    /** The last attempt returned a value. */
    Trouble healed(@Nullable Object value) {
        var healed = new Trouble(last, attempts + 1, repeated, nanos(), value);
        component.ended(
                healed,
                RecoveryAction.RETRY_BACKOFF,
                Outcome.RECOVERED,
                Collections.emptySortedMap());
        return healed;
    }

    Trouble givenUp() {
        if (attempts > 1) {
            Attempts.mark(last.thrown(), component.name, attempts);
        }
        return new Trouble(last, attempts, repeated, nanos(), last);
    }

    private long nanos() {
        return waits ? component.time.ticker().nanos() - since : 0;
    }

    private void count(Failed failed) {
        int calls = failed.calls();
        attempts += calls;
        tries += Math.max(calls, 1);
    }

    private @Nullable Duration retryAfter() {
        return last.wasMade() ? last.error().failure().retryAfter() : null;
    }

    private boolean isWorthRepeating() {
        if (last.isFinal() || isOpenBreaker()) {
            return false;
        }
        return last.by() != Rejection.DEADLINE_PASSED && isWanted();
    }

    private boolean isWanted() {
        try {
            return retry.when().test(last.error());
        } catch (Throwable thrown) {
            component.warn("not called again, Retry.when failed", thrown);
            return false;
        }
    }

    /** This component's own, or that of one which the operation went through. */
    private boolean isOpenBreaker() {
        return last.thrown() instanceof CallRejected rejected
                && rejected.reason() == Rejection.BREAKER_OPEN;
    }
}
