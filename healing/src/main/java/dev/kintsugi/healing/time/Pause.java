package dev.kintsugi.healing.time;

import java.time.Duration;

/** Waits; in tests, in no time. */
@FunctionalInterface
public interface Pause {
    /** Returns after the time given; throws when the thread is interrupted before or meanwhile. */
    void take(Duration time) throws InterruptedException;
}
