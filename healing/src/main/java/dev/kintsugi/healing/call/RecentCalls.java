package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Ticker;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How many calls of a component were made of late, for {@link RetryMeter}. Read off its counters
 * when somebody asks, and on calls whose time is measured anyway, so that the others pay nothing
 * for it. Safe for use by many threads.
 *
 * <p>Time is cut into slices of a tenth of the window. Where nobody looked for longer than that,
 * when calls were made is not known: they count as none.
 */
final class RecentCalls {
    private static final int SLICES = 10;
    private static final long SLICE_NANOS = RetryBudget.WINDOW.toNanos() / SLICES;

    /** A ring of the slices before the present one, and that one. */
    static final int RING = SLICES + 1;

    private final Ticker ticker;
    private final LongSupplier callsMade;
    private final long origin;

    /** How many calls there had been in all when the slice was first looked at. */
    private final long[] callsBefore = new long[RING];

    private volatile long slice;

    RecentCalls(Ticker ticker, LongSupplier callsMade) {
        this.ticker = ticker;
        this.callsMade = callsMade;
        this.origin = ticker.nanos();
        Arrays.fill(callsBefore, callsMade.getAsLong());
    }

    /** The present slice. */
    long slice() {
        return sliceOf(ticker.nanos());
    }

    private long sliceOf(long nanos) {
        return (nanos - origin) / SLICE_NANOS;
    }

    /** Takes note of a moment at which a call is under way that is not counted yet. */
    void note(long nanos) {
        long now = sliceOf(nanos);
        if (now > slice) {
            turnTo(now, callsMade.getAsLong());
        }
    }

    /** Calls of the last ten slices, that of who asks included. */
    long count() {
        long calls = callsMade.getAsLong();
        return calls - turnTo(slice(), calls - 1);
    }

    /** How many calls there had been in all ten slices ago. */
    private synchronized long turnTo(long now, long before) {
        long at = slice;
        if (now - at >= RING) {
            Arrays.fill(callsBefore, before);
            at = now;
        }
        while (at < now) {
            callsBefore[(int) (++at % RING)] = before;
        }
        slice = at;
        // The slice after the present one in the ring is the oldest, and not counted.
        return callsBefore[(int) ((at + 2) % RING)];
    }
}
