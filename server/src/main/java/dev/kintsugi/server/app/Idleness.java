package dev.kintsugi.server.app;

import dev.kintsugi.server.platform.Activity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Tells when nobody has needed the server for {@link #LIMIT}: no request open, no run active. Safe
 * for many threads.
 */
final class Idleness {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private final InstantSource clock;
    private final List<Activity> activities;
    private int open;
    private Instant lastNeeded;

    Idleness(InstantSource clock, List<Activity> activities) {
        this.clock = clock;
        this.activities = List.copyOf(activities);
        this.lastNeeded = clock.instant();
    }

    synchronized void requestBegins() {
        open++;
    }

    synchronized void requestEnds() {
        open--;
        lastNeeded = clock.instant();
    }

    /**
     * Whether it is time to leave. Asks the activities, so it is called every few seconds, not
     * more.
     */
    boolean isOver() {
        boolean busy = activities.stream().anyMatch(Activity::busy);
        synchronized (this) {
            if (busy || open > 0) {
                lastNeeded = clock.instant();
            }
            return Duration.between(lastNeeded, clock.instant()).compareTo(LIMIT) >= 0;
        }
    }
}
