package dev.kintsugi.client.healing;

import dev.kintsugi.client.healing.Outcomes.EndedRecovery;
import dev.kintsugi.client.healing.Outcomes.FailedCall;
import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
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

/**
 * Gathers how a process's calls go, to be reported to a server from time to time:
 *
 * <pre>{@code
 * var collector = new OutcomeCollector("web-1", random);
 * var recovery = Recovery.of("openai", Setting.standard().listener(collector));
 * // every few seconds; a report that failed may be sent again as it is
 * collector.drain().forEach(kintsugi.healing()::report);
 * }</pre>
 *
 * <p>Of each component at most 1,000 kinds of failures and 1,000 recoveries are kept until they are
 * drained, and at most {@value #MOST_COMPONENTS} components; what comes beyond is left out. Safe
 * for many threads; a success takes no lock.
 */
public final class OutcomeCollector implements HealingListener {
    /** How many components a tenant may have anyway. */
    public static final int MOST_COMPONENTS = 1_000;

    private static final int MOST_ENTRIES = 1_000;
    private static final double NANOS_PER_MILLI = 1_000_000;

    private final String node;
    private final String prefix;
    private final AtomicLong batches = new AtomicLong();
    private final ConcurrentHashMap<String, Gathered> components = new ConcurrentHashMap<>();

    /**
     * @param node this process's name among those that report, 1 to 60 characters
     * @param chance asked once, so that batches of two starts of a process differ
     */
    public OutcomeCollector(String node, RandomGenerator chance) {
        if (node.isBlank() || node.length() > 60) {
            throw new IllegalArgumentException("node must have 1 to 60 characters, was " + node);
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

    /** What was gathered since the last time, by component; nothing of those without a call. */
    public SortedMap<String, Outcomes> drain() {
        var drained = new TreeMap<String, Outcomes>();
        components.forEach((component, gathered) -> {
            String batch = prefix + batches.incrementAndGet();
            Outcomes outcomes = gathered.drain(batch, node);
            if (!isEmpty(outcomes)) {
                drained.put(component, outcomes);
            }
        });
        return drained;
    }

    private static boolean isEmpty(Outcomes outcomes) {
        return outcomes.equals(
                new Outcomes(outcomes.batchId(), outcomes.node(), 0L, null, List.of(), List.of()));
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

    private static final class Gathered {
        private final LongAdder successes = new LongAdder();
        private final LongAdder timed = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final ReentrantLock lock = new ReentrantLock();
        private final Map<Kind, FailedCall> failures = new LinkedHashMap<>();
        private final List<EndedRecovery> recoveries = new ArrayList<>();

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
                    int count = before == null || before.count() == null ? 0 : before.count();
                    failures.put(kind, told(error, count + 1));
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
                if (recoveries.size() < MOST_ENTRIES) {
                    recoveries.add(
                            new EndedRecovery(
                                    result.action(),
                                    result.outcome(),
                                    result.error().operation(),
                                    result.attempts(),
                                    result.duration().toNanos() / NANOS_PER_MILLI,
                                    result.message()));
                }
            } finally {
                lock.unlock();
            }
        }

        Outcomes drain(String batch, String node) {
            lock.lock();
            try {
                long measured = timed.sumThenReset();
                double millis = nanos.sumThenReset() / NANOS_PER_MILLI;
                var drained =
                        new Outcomes(
                                batch,
                                node,
                                successes.sumThenReset(),
                                measured == 0 ? null : millis / measured,
                                List.copyOf(failures.values()),
                                List.copyOf(recoveries));
                failures.clear();
                recoveries.clear();
                return drained;
            } finally {
                lock.unlock();
            }
        }
    }
}
