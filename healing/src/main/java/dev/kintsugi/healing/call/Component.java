package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.detect.CallSite;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is called: its name, what is counted of it, and who hears of it. */
final class Component {
    private static final Logger LOG = LoggerFactory.getLogger(Component.class);

    final String name;
    final CallSite site;
    final TimeAndChance time;
    final ErrorDetector detector;
    final BreakerStore breakers;
    final Counters counters = new Counters();
    final RecentCalls recent;

    /** What keeps the component's breaker, the last it was given, in step with its store. */
    volatile @Nullable BreakerSync sync;

    /** The last failure that its breaker counted. */
    volatile @Nullable Failure blamed;

    private final List<RecoveryStrategy> strategies;
    private final HealingListener[] listeners;
    private final AtomicReferenceArray<@Nullable Failure> rejections =
            new AtomicReferenceArray<>(Rejection.values().length);

    Component(String name, Setting setting) {
        this.name = name;
        this.site = CallSite.of(name, "call");
        this.time = setting.time();
        this.recent = new RecentCalls(time.ticker(), counters::calls);
        this.detector = setting.detector();
        this.breakers = setting.breakers();
        this.strategies = setting.strategies();
        this.listeners = setting.listeners().toArray(HealingListener[]::new);
    }

    /** An attempt went well. */
    void succeeded(long nanos) {
        for (HealingListener each : listeners) {
            try {
                each.onSuccess(name, nanos);
            } catch (Throwable thrown) {
                warn("a listener failed on a success", thrown);
            }
        }
    }

    void failedAttempt(ErrorContext error, long nanos) {
        counters.failedAttempt();
        if (listeners.length > 0) {
            tell(new HealingEvent.CallFailed(error, nanos));
        }
    }

    void rejected(Rejection by) {
        counters.rejected(by);
        if (listeners.length > 0) {
            tell(new HealingEvent.CallRejected(name, by));
        }
    }

    /** What a rejection means: the same every time, so that it is classified once. */
    ErrorContext meaning(CallRejected rejected, CallSite site) {
        int reason = rejected.reason().ordinal();
        Failure known = rejections.get(reason);
        if (known != null) {
            return detector.again(known, site);
        }
        ErrorContext error = detector.detect(rejected, site);
        rejections.set(reason, error.failure());
        return error;
    }

    void breakerMoved(BreakerPhase from, BreakerPhase to) {
        tell(new HealingEvent.BreakerMoved(name, from, to));
    }

    /** A probe went well and closed its breaker, which had been open since then. */
    void verified(Instant openedAt) {
        Failure cause = blamed; // none where other nodes opened it
        if (listeners.length > 0) {
            Instant now = time.clock().instant();
            ErrorContext error =
                    cause == null
                            ? meaning(new CallRejected(name, Rejection.BREAKER_OPEN), site)
                            : detector.again(cause, site);
            tell(
                    new HealingEvent.RecoveryEnded(
                            new RecoveryResult(
                                    Outcome.VERIFIED,
                                    RecoveryAction.CIRCUIT_BREAK,
                                    error,
                                    1,
                                    Duration.between(openedAt, now),
                                    now,
                                    new TreeMap<>())));
        }
    }

    /** A call whose first attempt was not served has come to its end. */
    void ended(
            Trouble trouble,
            RecoveryAction action,
            Outcome outcome,
            SortedMap<String, String> more) {
        if (outcome != Outcome.FAILED) {
            counters.recovered(action);
        }
        if (!isServed(outcome)) {
            counters.failed();
        }
        if (listeners.length > 0) {
            tell(new HealingEvent.RecoveryEnded(result(trouble, action, outcome, more)));
        }
    }

    boolean hasStrategyFor(Trouble trouble) {
        if (!trouble.last().isFinal()) {
            for (RecoveryStrategy each : strategies) {
                if (handles(each, trouble)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean handles(RecoveryStrategy strategy, Trouble trouble) {
        try {
            return strategy.handles(trouble.error());
        } catch (Throwable thrown) {
            warn("strategy " + strategy.name() + " is left out", thrown);
            return false;
        }
    }

    /** Has the strategies try that know such a failure; the trouble as it was when none could. */
    Trouble rescued(Trouble trouble, Operation<?, ?> operation) {
        if (!hasStrategyFor(trouble)) {
            return trouble;
        }
        long began = time.ticker().nanos();
        for (RecoveryStrategy each : strategies) {
            try {
                if (handles(each, trouble)) {
                    Object value = each.<Object>recover(trouble.error(), operation);
                    var over = later(trouble, began).served(value);
                    counters.rescued(each.name());
                    SortedMap<String, String> by = new TreeMap<>();
                    by.put("strategy", each.name());
                    ended(over, RecoveryAction.CUSTOM, Outcome.RECOVERED, by);
                    return over;
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            } catch (Exception e) {
                LOG.debug("{}: strategy {} could not help", name, each.name(), e);
            } catch (Error e) {
                warn("strategy " + each.name() + " failed", e);
            }
        }
        return later(trouble, began);
    }

    /** A trouble that went on from a moment until now. */
    Trouble later(Trouble trouble, long began) {
        return trouble.later(time.ticker().nanos() - began);
    }

    private RecoveryResult result(
            Trouble trouble,
            RecoveryAction action,
            Outcome outcome,
            SortedMap<String, String> more) {
        Instant resolvedAt = isServed(outcome) ? time.clock().instant() : null;
        return new RecoveryResult(
                outcome,
                action,
                trouble.error(),
                trouble.attempts(),
                Duration.ofNanos(trouble.nanos()),
                resolvedAt,
                more);
    }

    private static boolean isServed(Outcome outcome) {
        return outcome == Outcome.RECOVERED || outcome == Outcome.VERIFIED;
    }

    private void tell(HealingEvent event) {
        for (HealingListener each : listeners) {
            try {
                each.onEvent(event);
            } catch (Throwable thrown) {
                warn("a listener failed on " + event, thrown);
            }
        }
    }

    /** What the user brought has failed; the call goes on without it. */
    void warn(String what, Throwable thrown) {
        LOG.warn("{}: {}", name, what, thrown);
    }
}
