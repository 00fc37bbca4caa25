package dev.kintsugi.healing.time;

import java.time.Duration;

/** Runs things later. Safe for use by many threads. */
@FunctionalInterface
public interface Timers {

    /**
     * Runs an action once, after the delay. It runs on a thread that all timers share: it must
     * return at once, and start a thread of its own for anything that may block.
     */
    Timer after(Duration delay, Runnable action);

    /** An action that is still to run. */
    @FunctionalInterface
    interface Timer {
        /** Keeps the action from running, unless it has begun; then nothing happens. */
        void cancel();
    }
}
