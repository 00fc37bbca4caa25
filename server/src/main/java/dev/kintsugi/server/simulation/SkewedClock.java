package dev.kintsugi.server.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** One process's clock: it is wrong by some, and by something else after each jump. */
final class SkewedClock implements InstantSource {
    private final SimulatedTime time;
    private Duration wrongBy;

    SkewedClock(SimulatedTime time, Duration wrongBy) {
        this.time = time;
        this.wrongBy = wrongBy;
    }

    @Override
    public Instant instant() {
        return time.instant().plus(wrongBy);
    }

    /** Forwards or backwards, as when somebody sets it. */
    void set(Duration nowWrongBy) {
        wrongBy = nowWrongBy;
    }
}
