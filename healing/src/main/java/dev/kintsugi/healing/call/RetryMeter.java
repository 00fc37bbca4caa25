package dev.kintsugi.healing.call;

import dev.kintsugi.healing.time.Ticker;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Keeps a component's retries within its {@link RetryBudget}. Asked only after a failure: how many
 * calls there were it reads off the component's counters, so that a call that goes well pays
 * nothing for it. Safe for use by many threads.
 *
 * <p>Time is cut into slices of a tenth of the window. Retries of eleven slices are counted, calls
 * of only ten: whatever the window's edges, it errs towards fewer retries. For the same reason
 * calls that were made before a pause in asking count as none: when they were made is not known.
 */
final class RetryMeter {
    private static final int SLICES = 10;
    private static final long SLICE_NANOS = RetryBudget.WINDOW.toNanos() / SLICES;

    /** A ring of the slices before the present one, and that one. */
    private static final int RING = SLICES + 1;

    private final RetryBudget budget;
    private final Ticker ticker;
    private final LongSupplier callsMade;
    private final long origin;
    private final ReentrantLock lock = new ReentrantLock();
    private final long[] retries = new long[RING];

    /** How many calls there had been in all when the slice was first looked at. */
    private final long[] callsBefore = new long[RING];

    private long slice;

    RetryMeter(RetryBudget budget, Ticker ticker, LongSupplier callsMade) {
        this.budget = budget;
        this.ticker = ticker;
        this.callsMade = callsMade;
        this.origin = ticker.nanos();
        Arrays.fill(callsBefore, callsMade.getAsLong());
    }

    /** Whether one more retry may be made; if so, it is counted. */
    boolean take() {
        lock.lock();
        try {
            long calls = callsMade.getAsLong();
            turnTo((ticker.nanos() - origin) / SLICE_NANOS, calls);
            // The slice after the present one in the ring is the oldest, of which only retries
            // count.
            long recent = calls - callsBefore[at(slice + 2)];
            long allowed = Math.max(budget.least(), (long) (recent * budget.share()));
            if (Arrays.stream(retries).sum() >= allowed) {
                return false;
            }
            retries[at(slice)]++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void turnTo(long now, long calls) {
        if (now - slice >= RING) {
            Arrays.fill(retries, 0);
            // All but the failure that asks were made at times unknown.
            Arrays.fill(callsBefore, calls - 1);
            slice = now;
        }
        while (slice < now) {
            slice++;
            retries[at(slice)] = 0;
            callsBefore[at(slice)] = calls - 1;
        }
    }

    private static int at(long slice) {
        return (int) (slice % RING);
    }
}
