package dev.kintsugi.healing.health;

import dev.kintsugi.healing.time.Pause;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that checks all components again and again until it is ended. */
final class Monitoring {
    private static final Logger log = LoggerFactory.getLogger(Monitoring.class);

    private final Runnable round;
    private final Pause pause;
    private final Duration interval;
    private final Thread thread;
    private volatile boolean ended;

    private Monitoring(Runnable round, Pause pause, Duration interval) {
        this.round = round;
        this.pause = pause;
        this.interval = interval;
        this.thread = Thread.ofVirtual().name("health-monitor").unstarted(this::run);
    }

    static Monitoring begin(Runnable round, Pause pause, Duration interval) {
        var monitoring = new Monitoring(round, pause, interval);
        monitoring.thread.start();
        return monitoring;
    }

    /** No round begins any more, and one that runs is interrupted. */
    void end() {
        ended = true;
        thread.interrupt();
    }

    private void run() {
        try {
            while (!ended) {
                check();
                pause.take(interval);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // ended
        }
    }

    private void check() {
        try {
            round.run();
        } catch (Throwable e) { // of what users bring, such as a class that is missing
            log.error("A round of health checks failed; the next comes as usual", e);
        }
    }
}
