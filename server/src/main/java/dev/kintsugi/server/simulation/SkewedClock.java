package dev.kintsugi.server.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** One machine's clock: it is wrong by some, and by something else after each jump. */
final class SkewedClock implements InstantSource {
    private final SimulatedTime time;
    private Duration wrongBy = Duration.ZERO;

    SkewedClock(SimulatedTime time) {
        this.time = time;
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
