package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.time.Ticker;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Serves what the operation returned last, for reads that had better be old than not be. For one
 * question only: an operation that answers different ones needs one of these for each. Safe for use
 * by many threads.
 */
public final class LastGood<T> implements Fallback<T> {
    private final Ticker ticker;
    private final Duration maxAge;
    private volatile @Nullable Kept<T> kept;

    private static final class Kept<T> {
        final T value;
        final long atNanos;

        Kept(T value, long atNanos) {
            this.value = value;
            this.atNanos = atNanos;
        }
    }

    private LastGood(Duration maxAge, Ticker ticker) {
        this.maxAge = Check.time("maxAge", maxAge, Duration.ofMillis(1), Duration.ofDays(365));
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    /**
     * @param maxAge older values are not served, 1 ms to 365 days
     */
    public static <T> LastGood<T> within(Duration maxAge) {
        return within(maxAge, TimeAndChance.real().ticker());
    }

    /** As {@link #within(Duration)}, with the age measured by this ticker. */
    public static <T> LastGood<T> within(Duration maxAge, Ticker ticker) {
        return new LastGood<>(maxAge, ticker);
    }

    @Override
    public String name() {
        return "last_good";
    }

    @Override
    public void served(T value) {
        kept = new Kept<>(value, ticker.nanos());
    }

    /**
     * @throws NoSuchElementException when there is none that is young enough
     */
    @Override
    public T serve(ErrorContext error) {
        Kept<T> last = kept;
        if (last == null || ticker.nanos() - last.atNanos > maxAge.toNanos()) {
            throw new NoSuchElementException("no value of the last " + maxAge);
        }
        return last.value;
    }
}
