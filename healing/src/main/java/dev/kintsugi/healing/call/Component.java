package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.detect.CallSite;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is called: its name, what is counted of it, and who hears of it. */
final class Component {
    private static final Logger LOG = LoggerFactory.getLogger(Component.class);

    final String name;
    final CallSite site;
    final TimeAndChance time;
    final ErrorDetector detector;
    final Counters counters = new Counters();
    private final HealingListener[] listeners;

    Component(String name, Setting setting) {
        this.name = name;
        this.site = CallSite.of(name, "call");
        this.time = setting.time();
        this.detector = setting.detector();
        this.listeners = setting.listeners().toArray(HealingListener[]::new);
    }

    /** An attempt went well. */
    void succeeded(long nanos) {
        for (HealingListener each : listeners) {
            try {
                each.onSuccess(name, nanos);
            } catch (RuntimeException e) {
                LOG.warn("{}: a listener failed on a success", name, e);
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

    void breakerMoved(BreakerPhase from, BreakerPhase to) {
        tell(new HealingEvent.BreakerMoved(name, from, to));
    }

    /** A call whose first attempt was not served has come to its end. */
    void ended(
            Trouble trouble,
            RecoveryAction action,
            Outcome outcome,
            SortedMap<String, String> more) {
        switch (outcome) {
            case RECOVERED, VERIFIED -> counters.recovered(action);
            case CONTAINED -> {
                counters.recovered(action);
                counters.failed();
            }
            case FAILED -> counters.failed();
        }
        if (listeners.length > 0) {
            tell(new HealingEvent.RecoveryEnded(result(trouble, action, outcome, more)));
        }
    }

    private RecoveryResult result(
            Trouble trouble,
            RecoveryAction action,
            Outcome outcome,
            SortedMap<String, String> more) {
        boolean served = outcome == Outcome.RECOVERED || outcome == Outcome.VERIFIED;
        Instant resolvedAt = served ? time.clock().instant() : null;
        return new RecoveryResult(
                outcome,
                action,
                trouble.error(),
                trouble.attempts(),
                Duration.ofNanos(time.ticker().nanos() - trouble.sinceNanos()),
                resolvedAt,
                "%s %s: %s after %d attempts"
                        .formatted(name, outcome, action.key(), trouble.attempts()),
                more);
    }

    private void tell(HealingEvent event) {
        for (HealingListener each : listeners) {
            try {
                each.onEvent(event);
            } catch (RuntimeException e) {
                LOG.warn("{}: a listener failed on {}", name, event, e);
            }
        }
    }
}
