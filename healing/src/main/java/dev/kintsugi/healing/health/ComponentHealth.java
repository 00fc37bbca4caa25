package dev.kintsugi.healing.health;

import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the outcomes of one component's calls are recorded, got once from {@link HealthMonitor} and
 * then used on every call. Recording takes no lock; a success reads no clock and allocates nothing.
 * Safe for many threads.
 */
public final class ComponentHealth {
    /** Beyond this many recoveries, their share of successes is looked at. */
    static final int MANY_RECOVERIES = 100;

    private static final int LEAST_PERCENT_RECOVERED = 90;

    private final String component;
    private final boolean critical;
    private final Spacing checks;
    private final CallWindow calls;
    private final LongAdder recoveries = new LongAdder();
    private final LongAdder recovered = new LongAdder();
    private final ReentrantLock assessing = new ReentrantLock();
    private HoldDown<HealthStatus> level = HoldDown.at(HealthStatus.INSUFFICIENT_DATA);
    private volatile @Nullable ErrorContext lastError;
    private volatile @Nullable TimedCheck ownCheck;

    ComponentHealth(String component, boolean critical, HealthMonitor.Builder settings) {
        this.component = component;
        this.critical = critical;
        this.checks = settings.spacing();
        this.calls = new CallWindow(settings.time.ticker(), settings.window);
    }

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

    /** A recovery of one of its calls came to its end. */
    public void recovery(boolean success) {
        recoveries.increment();
        if (success) {
            recovered.increment();
        }
    }

    /** The last failure that was recorded, request errors included. */
    public Optional<ErrorContext> lastError() {
        return Optional.ofNullable(lastError);
    }

    void ownCheck(TimedCheck check) {
        ownCheck = check;
    }

    Optional<TimedCheck> ownCheck() {
        return Optional.ofNullable(ownCheck);
    }

    void forget() {
        assessing.lock();
        try {
            calls.forget();
            recoveries.reset();
            recovered.reset();
            lastError = null;
            level = HoldDown.at(HealthStatus.INSUFFICIENT_DATA);
            checks.forget();
        } finally {
            assessing.unlock();
        }
    }

    /**
     * A look at the component.
     *
     * @param before its status before
     * @param now how it is
     */
    record Look(HealthStatus before, HealthCheckResult now) {
        boolean changed() {
            return before != now.status();
        }
    }

    /**
     * Looks at the component. Only looks at least half a check interval apart are checks that speak
     * for a better level: asking often does not make well.
     */
    Look look(Instant at) {
        TimedCheck own = ownCheck;
        List<HealthCheck.Answer> answers = own == null ? List.of() : List.of(own.last());
        assessing.lock();
        try {
            HealthStatus before = level.level();
            CallCounts counts = calls.counts();
            HealthStatus measured = counts.level();
            for (var answer : answers) {
                measured = answer.status().compareTo(measured) > 0 ? answer.status() : measured;
            }
            level = checks.take() ? level.checked(measured) : level.glanced(measured);
            return new Look(before, result(counts, answers, at));
        } finally {
            assessing.unlock();
        }
    }

    private HealthCheckResult result(
            CallCounts counts, List<HealthCheck.Answer> answers, Instant at) {
        List<String> issues = issues(counts, answers);
        HealthStatus status = level.level();
        return new HealthCheckResult(
                component,
                critical,
                status,
                counts.errorRate(),
                counts.samples(),
                counts.timed() == 0 ? null : Duration.ofNanos(counts.nanos() / counts.timed()),
                message(status, counts, answers, issues),
                issues,
                at);
    }

    private List<String> issues(CallCounts counts, List<HealthCheck.Answer> answers) {
        var issues = new ArrayList<String>();
        for (var answer : answers) {
            if (answer.status().compareTo(HealthStatus.HEALTHY) > 0) {
                issues.add(component + ": " + answer.message());
            }
        }
        if (counts.level().compareTo(HealthStatus.HEALTHY) > 0) {
            ErrorContext error = lastError;
            issues.add(
                    component
                            + ": "
                            + calls(counts)
                            + (error == null ? "" : "; last: " + error.failure().message()));
        }
        long tried = recoveries.sum();
        long succeeded = recovered.sum();
        if (tried > MANY_RECOVERIES && 100 * succeeded < LEAST_PERCENT_RECOVERED * tried) {
            issues.add(
                    component + ": only " + succeeded + " of " + tried + " recoveries succeeded");
        }
        return issues;
    }

    private String message(
            HealthStatus status,
            CallCounts counts,
            List<HealthCheck.Answer> answers,
            List<String> issues) {
        if (!issues.isEmpty()) {
            return issues.getFirst();
        }
        return switch (status) {
            case INSUFFICIENT_DATA ->
                    component + ": " + counts.samples() + " calls are too few to judge by";
            case HEALTHY ->
                    component
                            + ": "
                            + (answers.isEmpty() ? calls(counts) : answers.getFirst().message());
            case DEGRADED, UNHEALTHY, CRITICAL -> component + ": getting better, " + calls(counts);
        };
    }

    private static String calls(CallCounts counts) {
        long perMille = counts.samples() == 0 ? 0 : 1000 * counts.failures() / counts.samples();
        return counts.failures()
                + " of "
                + counts.samples()
                + " calls failed ("
                + perMille / 10
                + "."
                + perMille % 10
                + "%)";
    }
}
