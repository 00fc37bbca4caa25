package dev.kintsugi.healing.health;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of alerts to one callback, so that callbacks cannot hurt each other or the monitor. */
final class AlertLane {
    static final int WAITING = 100;

    private static final Logger log = LoggerFactory.getLogger(AlertLane.class);

    private final AlertCallback callback;
    private final BlockingQueue<HealthCheckResult> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicBoolean working = new AtomicBoolean();
    private final AtomicBoolean behind = new AtomicBoolean(); // so that it is said once

    AlertLane(AlertCallback callback) {
        this.callback = callback;
    }

    /** Puts an alert on its way; never waits and never throws. */
    void offer(HealthCheckResult alert) {
        if (waiting.offer(alert)) {
            behind.set(false);
        } else if (behind.compareAndSet(false, true)) {
            log.warn("Alerts are dropped: a callback is {} behind", WAITING);
        }
        work();
    }

    private void work() {
        if (working.compareAndSet(false, true)) {
            Thread.ofVirtual().name("health-alert").start(this::drain);
        }
    }

    private void drain() {
        for (var alert = waiting.poll(); alert != null; alert = waiting.poll()) {
            tell(alert);
        }
        working.set(false);
        if (!waiting.isEmpty()) {
            work(); // one came just before working was set: nobody else looks after it
        }
    }

    private void tell(HealthCheckResult alert) {
        try {
            callback.onAlert(alert);
        } catch (Throwable e) { // an Error of one callback is no matter of the others either
            log.warn("An alert callback failed on {}", alert.component(), e);
        }
    }
}
