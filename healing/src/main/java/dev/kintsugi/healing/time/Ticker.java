package dev.kintsugi.healing.time;

/** Measures how long things take; unlike a clock, it never goes backwards. */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds since some moment; may be negative, and only differences mean something. */
    long nanos();
}
