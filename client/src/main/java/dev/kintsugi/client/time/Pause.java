package dev.kintsugi.client.time;

import java.time.Duration;

/** Waits between tries; tests wait in no time. */
@FunctionalInterface
public interface Pause {
    /** Time as it passes. */
    Pause REAL = Thread::sleep;

    /** Returns after the time given. */
    void take(Duration time) throws InterruptedException;
}
