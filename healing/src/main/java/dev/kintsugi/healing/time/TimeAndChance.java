package dev.kintsugi.healing.time;

import java.time.InstantSource;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Everything that differs from one run of a program to the next, in one value: given another, the
 * library runs in a test's time and repeats from a test's seed.
 *
 * @param clock what time it is; may go backwards
 * @param ticker how long things take
 * @param pause how a thread waits
 * @param timers how things are done later
 * @param chance draws; safe for use by many threads where the library is used by many
 * @param roughTicker as the ticker, but it may lag behind by some {@value #ROUGH_MILLIS} ms; to
 *     read it costs next to nothing
 */
public record TimeAndChance(
        InstantSource clock,
        Ticker ticker,
        Pause pause,
        Timers timers,
        RandomGenerator chance,
        Ticker roughTicker) {

    /** How far the rough ticker lags behind on a machine that is not overloaded. */
    public static final int ROUGH_MILLIS = 10;

    public TimeAndChance {
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(ticker, "ticker");
        Objects.requireNonNull(pause, "pause");
        Objects.requireNonNull(timers, "timers");
        Objects.requireNonNull(chance, "chance");
        Objects.requireNonNull(roughTicker, "roughTicker");
    }

    /** With one ticker for everything. */
    public TimeAndChance(
            InstantSource clock,
            Ticker ticker,
            Pause pause,
            Timers timers,
            RandomGenerator chance) {
        this(clock, ticker, pause, timers, chance, ticker);
    }

    /** Time as it passes, and chance as it falls. */
    public static TimeAndChance real() {
        return RealTime.EVERYTHING;
    }
}
