package dev.kintsugi.server.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The database's clock as far as this process knows it: the same for all servers, whatever their
 * own machines' clocks say, so that a lease that one grants has not run out for another. Between
 * two looks it goes on by the process's ticker, which nobody sets. Safe for use by several threads.
 */
public final class DatabaseClock implements InstantSource {
    /** How often to look, so that tickers do not drift apart. */
    public static final Duration LOOK = Duration.ofSeconds(10);

    /** An answer that took longer says too little of the present. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

    private final Supplier<Instant> database;
    private final LongSupplier ticker;
    private volatile Seen seen;

    /** What was last seen. */
    private record Seen(Instant at, long nanos) {}

    /**
     * Looks once.
     *
     * @param database asks the database what time it is
     * @param ticker nanoseconds since some moment
     */
    public DatabaseClock(Supplier<Instant> database, LongSupplier ticker) {
        this.database = database;
        this.ticker = ticker;
        seen = asked().seen;
    }

    /** Takes what it saw for said in the middle between question and answer (Cristian 1989). */
    private Answer asked() {
        var before = ticker.getAsLong();
        var at = database.get();
        var took = ticker.getAsLong() - before;
        return new Answer(new Seen(at, before + took / 2), Duration.ofNanos(took));
    }

    private record Answer(Seen seen, Duration took) {}

    /** Looks again; of a database that is slow or away it takes no word. */
    public void look() {
        var answer = asked();
        if (answer.took.compareTo(LONGEST_ANSWER) <= 0) {
            seen = answer.seen;
        }
    }

    @Override
    public Instant instant() {
        var last = seen;
        return last.at.plusNanos(ticker.getAsLong() - last.nanos);
    }
}
