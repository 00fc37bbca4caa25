package dev.kintsugi.client.healing;

import dev.kintsugi.client.healing.Outcomes.EndedRecovery;
import dev.kintsugi.client.healing.Outcomes.FailedCall;
import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.Severity;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gathers how a process's calls go, to be reported to a server from time to time:
 *
 * <pre>{@code
 * var collector = new OutcomeCollector("web-1", random);
 * var recovery = Recovery.of("openai", Setting.standard().listener(collector));
 * // every few seconds; a report that failed may be sent again as it is
 * collector.drain().forEach((component, reports) ->
 *     reports.forEach(it -> kintsugi.healing().report(component, it)));
 * }</pre>
 *
 * <p>Of each component at most 1,000 kinds of failures and 1,000 of recoveries are counted until
 * they are drained, and at most {@value #MOST_COMPONENTS} components; what comes beyond is left
 * out. Safe for many threads; a success takes no lock.
 */
public final class OutcomeCollector implements HealingListener {
    /** How many components a tenant may have anyway. */
    public static final int MOST_COMPONENTS = 1_000;

    private static final int MOST_ENTRIES = 1_000;
    private static final int MOST_CALLS = 1_000_000; // as many as a report may count of one kind
    private static final int MOST_COUNTED = Integer.MAX_VALUE - 1;
    private static final double NANOS_PER_MILLI = 1_000_000;

    private final String node;
    private final String prefix;
    private final AtomicLong batches = new AtomicLong();
    private final ConcurrentHashMap<String, Gathered> components = new ConcurrentHashMap<>();

    /**
     * @param node this process's name among those that report, 1 to 60 characters, none of them a
     *     control character
     * @param chance asked once, so that batches of two starts of a process differ
     */
    public OutcomeCollector(String node, RandomGenerator chance) {
        if (node.isBlank() || node.length() > 60) {
            throw new IllegalArgumentException("node must have 1 to 60 characters, was " + node);
        }
        if (node.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("node must not have control characters");
        }
        this.node = node;
        this.prefix = node + "-" + HexFormat.of().toHexDigits(chance.nextLong()) + "-";
    }

    @Override
    public void onSuccess(String component, long nanos) {
        Gathered gathered = of(component);
        gathered.successes.increment();
        if (nanos >= 0) {
            gathered.timed.increment();
            gathered.nanos.add(nanos);
        }
    }

    @Override
    public void onEvent(HealingEvent event) {
        switch (event) {
            case HealingEvent.CallFailed(ErrorContext error, _) ->
                    of(error.component()).failed(error);
            case HealingEvent.RecoveryEnded(RecoveryResult result) ->
                    of(result.error().component()).ended(result);
            case HealingEvent.CallRejected _,
                    HealingEvent.BreakerMoved _,
                    HealingEvent.HealthChanged _,
                    HealingEvent.DegradationChanged _ -> {}
        }
    }

    /**
     * What was gathered since the last time, by component; nothing of those without a call. Usually
     * one report of each, and several where there is more than one may hold.
     */
    public SortedMap<String, List<Outcomes>> drain() {
        var drained = new TreeMap<String, List<Outcomes>>();
        components.forEach((component, gathered) -> {
            List<Outcomes> reports = reports(gathered.drain());
            if (!reports.isEmpty()) {
                drained.put(component, reports);
            }
        });
        return drained;
    }

    private List<Outcomes> reports(Drained all) {
        var reports = new ArrayList<Outcomes>();
        for (Drained left = all; !left.isEmpty(); left = left.rest()) {
            reports.add(
                    new Outcomes(
                            prefix + batches.incrementAndGet(),
                            node,
                            Math.min(left.successes, MOST_CALLS),
                            left.meanMillis,
                            left.failures.stream()
                                    .map(it -> counted(it, Math.min(count(it), MOST_CALLS)))
                                    .toList(),
                            left.recoveries.stream()
                                    .map(it -> counted(it, Math.min(count(it), MOST_CALLS)))
                                    .toList()));
        }
        return reports;
    }

    /** What is still to be reported. */
    private record Drained(
            long successes,
            @Nullable Double meanMillis,
            List<FailedCall> failures,
            List<EndedRecovery> recoveries) {

        boolean isEmpty() {
            return successes == 0 && failures.isEmpty() && recoveries.isEmpty();
        }

        /** What one report does not hold. */
        Drained rest() {
            return new Drained(
                    Math.max(0, successes - MOST_CALLS),
                    meanMillis,
                    failures.stream()
                            .filter(it -> count(it) > MOST_CALLS)
                            .map(it -> counted(it, count(it) - MOST_CALLS))
                            .toList(),
                    recoveries.stream()
                            .filter(it -> count(it) > MOST_CALLS)
                            .map(it -> counted(it, count(it) - MOST_CALLS))
                            .toList());
        }
    }

    private static int count(@Nullable FailedCall call) {
        return call == null || call.count() == null ? 0 : call.count();
    }

    private static FailedCall counted(FailedCall call, int count) {
        return new FailedCall(
                call.category(),
                call.severity(),
                call.disposition(),
                call.operation(),
                call.message(),
                call.errorId(),
                call.requestId(),
                call.userId(),
                count);
    }

    private static int count(EndedRecovery ended) {
        return ended.count() == null ? 0 : ended.count();
    }

    private static EndedRecovery counted(EndedRecovery ended, int count) {
        return new EndedRecovery(
                ended.action(),
                ended.outcome(),
                ended.operation(),
                ended.attempts(),
                ended.durationMs(),
                ended.message(),
                count);
    }

    private Gathered of(String component) {
        Gathered known = components.get(component);
        if (known != null) {
            return known;
        }
        return components.size() >= MOST_COMPONENTS
                ? new Gathered() // for nobody
                : components.computeIfAbsent(component, _ -> new Gathered());
    }

    /** Failures that are reported as one. */
    private record Kind(
            FailureCategory category,
            Severity severity,
            Disposition disposition,
            String operation) {}

    /** Recoveries that are reported as one. */
    private record Ending(RecoveryAction action, RecoveryResult.Outcome outcome, String operation) {
        static Ending of(RecoveryResult result) {
            return new Ending(result.action(), result.outcome(), result.error().operation());
        }
    }

    /**
     * Recoveries that ended alike.
     *
     * @param nanos that all took together
     */
    private record Ended(RecoveryResult last, int count, double nanos) {
        Ended and(RecoveryResult next) {
            return new Ended(
                    next, Math.min(count, MOST_COUNTED) + 1, nanos + next.duration().toNanos());
        }

        EndedRecovery told() {
            return new EndedRecovery(
                    last.action(),
                    last.outcome(),
                    last.error().operation(),
                    last.attempts(),
                    nanos / count / NANOS_PER_MILLI,
                    last.message(),
                    count);
        }
    }

    private static final class Gathered {
        private final LongAdder successes = new LongAdder();
        private final LongAdder timed = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final ReentrantLock lock = new ReentrantLock();
        private final Map<Kind, FailedCall> failures = new LinkedHashMap<>();
        private final Map<Ending, Ended> recoveries = new LinkedHashMap<>();

        void failed(ErrorContext error) {
            var kind =
                    new Kind(
                            error.category(),
                            error.severity(),
                            error.disposition(),
                            error.operation());
            lock.lock();
            try {
                FailedCall before = failures.get(kind);
                if (before != null || failures.size() < MOST_ENTRIES) {
                    failures.put(kind, told(error, Math.min(count(before), MOST_COUNTED) + 1));
                }
            } finally {
                lock.unlock();
            }
        }

        private static FailedCall told(ErrorContext error, int count) {
            return new FailedCall(
                    error.category(),
                    error.severity(),
                    error.disposition(),
                    error.operation(),
                    error.failure().message(),
                    error.errorId(),
                    error.requestId(),
                    error.userId(),
                    count);
        }

        void ended(RecoveryResult result) {
            lock.lock();
            try {
                var ending = Ending.of(result);
                Ended before = recoveries.get(ending);
                if (before != null) {
                    recoveries.put(ending, before.and(result));
                } else if (recoveries.size() < MOST_ENTRIES) {
                    recoveries.put(
                            ending, new Ended(result, 1, (double) result.duration().toNanos()));
                }
            } finally {
                lock.unlock();
            }
        }

        Drained drain() {
            lock.lock();
            try {
                long measured = timed.sumThenReset();
                double millis = nanos.sumThenReset() / NANOS_PER_MILLI;
                var drained =
                        new Drained(
                                successes.sumThenReset(),
                                measured == 0 ? null : millis / measured,
                                List.copyOf(failures.values()),
                                recoveries.values().stream().map(Ended::told).toList());
                failures.clear();
                recoveries.clear();
                return drained;
            } finally {
                lock.unlock();
            }
        }
    }
}
