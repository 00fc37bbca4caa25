package dev.kintsugi.healing.health;

import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.healing.breaker.BreakerPhase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the outcomes of one component's calls are recorded, got once from {@link HealthMonitor} and
 * then used on every call. Recording takes no lock; a success reads no clock and allocates nothing.
 * Safe for many threads. As a listener it hears of its own component alone.
 */
public final class ComponentHealth implements HealingListener {
    private final String component;
    private final InstantSource clock;
    private final Spacing checks;
    private final CallWindow calls;
    private final LongAdder recovered = new LongAdder();
    private final LongAdder unrecovered = new LongAdder();
    private final Spacing halves;
    private final ReentrantLock assessing = new ReentrantLock();
    private HoldDown<HealthStatus> level = HoldDown.at(HealthStatus.INSUFFICIENT_DATA);
    private boolean recoversBadly; // under the lock, as those that follow
    private CallCounts recoveriesBefore = CallCounts.NONE; // one to two halves of a window ago
    private CallCounts recoveriesLately = CallCounts.NONE;
    private int brokenBreakers;
    private @Nullable Instant brokenSince;
    private volatile boolean critical;
    private volatile @Nullable ErrorContext lastError;
    private volatile @Nullable TimedCheck ownCheck;

    ComponentHealth(String component, HealthSettings settings) {
        this.component = component;
        this.clock = settings.time().clock();
        this.checks = settings.spacing();
        this.halves = new Spacing(settings.time().ticker(), settings.window().toNanos() / 2);
        this.calls = new CallWindow(settings.time().ticker(), settings.window());
    }

    /** The component's name. */
    public String component() {
        return component;
    }

    /** Whether the system cannot do without it. */
    public boolean isCritical() {
        return critical;
    }

    /**
     * A call went well.
     *
     * @param nanos how long it took; -1 when that was not measured
     */
    public void success(long nanos) {
        calls.success(nanos);
    }

    /**
     * A call failed. A request error ({@link Disposition#CLIENT_ERROR}) says nothing about the
     * component, so it counts neither for nor against it.
     */
    public void failure(ErrorContext error) {
        lastError = error;
        if (error.disposition() != Disposition.CLIENT_ERROR) {
            calls.failure(error.severity() == Severity.CRITICAL);
        }
    }

    /**
     * A recovery of one of its calls came to its end. Where calls were only held back, none was
     * tried.
     */
    public void recovery(boolean success) {
        (success ? recovered : unrecovered).increment();
    }

    @Override
    public void onSuccess(String name, long nanos) {
        if (component.equals(name)) {
            success(nanos);
        }
    }

    @Override
    public void onEvent(HealingEvent event) {
        if (!component.equals(event.component())) {
            return;
        }
        switch (event) {
            case HealingEvent.CallFailed(ErrorContext error, _) -> failure(error);
            case HealingEvent.RecoveryEnded(RecoveryResult result) -> {
                if (result.outcome() != RecoveryResult.Outcome.CONTAINED) {
                    recovery(result.success());
                }
            }
            case HealingEvent.BreakerMoved(_, BreakerPhase from, BreakerPhase to) ->
                    breakerMoved(from, to);
            case HealingEvent.CallRejected _,
                    HealingEvent.HealthChanged _,
                    HealingEvent.DegradationChanged _ -> {}
        }
    }

    /** A component may have several: one of an engine's beside another. */
    private void breakerMoved(BreakerPhase from, BreakerPhase to) {
        assessing.lock();
        try {
            if (to == BreakerPhase.CLOSED) {
                brokenBreakers = Math.max(brokenBreakers - 1, 0);
            } else if (from == BreakerPhase.CLOSED || brokenBreakers == 0) {
                brokenBreakers++;
            }
            if (brokenBreakers == 0) {
                brokenSince = null;
            } else if (brokenSince == null) {
                brokenSince = clock.instant();
            }
        } finally {
            assessing.unlock();
        }
    }

    /** The last failure that was recorded, request errors included. */
    public Optional<ErrorContext> lastError() {
        return Optional.ofNullable(lastError);
    }

    void becomeCritical() {
        critical = true;
    }

    void ownCheck(TimedCheck check) {
        ownCheck = check;
    }

    Optional<TimedCheck> ownCheck() {
        return Optional.ofNullable(ownCheck);
    }

    /** Begins anew; what is told of that. */
    Look forget(Instant at) {
        assessing.lock();
        try {
            HealthStatus before = level.level();
            calls.forget();
            recoveriesBefore = recoveriesLately = recoveries();
            recoversBadly = false;
            lastError = null;
            level = HoldDown.at(HealthStatus.INSUFFICIENT_DATA);
            checks.forget();
            return new Look(before, findings().result(level.level(), at), false);
        } finally {
            assessing.unlock();
        }
    }

    /**
     * A look at the component.
     *
     * @param before its status before
     * @param now how it is
     * @param warns whether its recoveries fail too often, and did not before
     */
    record Look(HealthStatus before, HealthCheckResult now, boolean warns) {
        boolean changed() {
            return before != now.status();
        }
    }

    /**
     * Looks at the component. Only looks at least half a check interval apart are checks that speak
     * for a better level: asking often does not make well.
     */
    Look look(Instant at) {
        assessing.lock();
        try {
            HealthStatus before = level.level();
            Findings found = findings();
            HealthStatus measured = found.measured();
            level = checks.take() ? level.checked(measured) : level.glanced(measured);
            boolean warned = recoversBadly;
            recoversBadly = found.recoversBadly();
            return new Look(before, found.result(level.level(), at), recoversBadly && !warned);
        } finally {
            assessing.unlock();
        }
    }

    private Findings findings() {
        TimedCheck own = ownCheck;
        ErrorContext error = lastError;
        if (halves.take()) {
            recoveriesBefore = recoveriesLately;
            recoveriesLately = recoveries();
        }
        return new Findings(
                component,
                critical,
                calls.counts(),
                own == null ? List.of() : List.of(own.last()),
                brokenSince,
                error == null ? null : error.failure().message(),
                recoveries().minus(recoveriesBefore));
    }

    /** Since the beginning; {@link #findings} takes those of a window, more or less. */
    private CallCounts recoveries() {
        return new CallCounts(recovered.sum(), unrecovered.sum(), 0, 0, 0);
    }
}
