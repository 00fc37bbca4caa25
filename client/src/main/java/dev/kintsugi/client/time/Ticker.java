package dev.kintsugi.client.time;

/** Measures how long things take. */
@FunctionalInterface
public interface Ticker {
    /** Time as it passes. */
    Ticker REAL = System::nanoTime;

    /** Nanoseconds since some moment. */
    long nanos();
}
