package dev.kintsugi.healing.call;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls of the last time, in slices of a tenth of the window. Calls are counted on lanes,
 * once and for all slices: a slice knows how many there had been when it began. So a call that goes
 * well compares one time and adds one to its lane. Safe for use by many threads.
 */
final class RateWindow {
    private static final int SLICES = 10;

    private final FailureRate rate;
    private final long sliceNanos;
    private final long origin;
    private final Lanes calls = new Lanes();

    /** Slices of the window in which there were calls, each in its place; changed under a lock. */
    private final @Nullable Slice[] slices = new @Nullable Slice[SLICES];

    private volatile Slice present;

    private static final class Slice {
        final long number;
        final long end;
        final long callsBefore;
        final LongAdder failed = new LongAdder();
        final LongAdder slow = new LongAdder();

        /**
         * @param number of the slices since the origin
         * @param end ticker's time
         * @param callsBefore how many calls there had been in all when it began
         */
        Slice(long number, long end, long callsBefore) {
            this.number = number;
            this.end = end;
            this.callsBefore = callsBefore;
        }
    }

    /**
     * @param at ticker's time now
     */
    RateWindow(FailureRate rate, long at) {
        this.rate = rate;
        this.sliceNanos = rate.window().toNanos() / SLICES;
        this.origin = at;
        this.present = begun(0);
        slices[0] = present;
    }

    /**
     * Counts a call.
     *
     * @param at ticker's time of its end; one that is earlier than others' counts with them
     * @param nanos how long it took; -1 when that was not measured
     * @return whether failing or slow calls are too many now
     */
    boolean count(long at, boolean failed, long nanos) {
        Slice slice = present;
        if (at - slice.end >= 0) {
            slice = turned(at);
        }
        calls.add(Lanes.ofThread(), 1);
        boolean slow = rate.isSlow(nanos);
        if (!failed && !slow) {
            return false;
        }
        if (failed) {
            slice.failed.increment();
        }
        if (slow) {
            slice.slow.increment();
        }
        return isTooHigh();
    }

    private synchronized Slice turned(long at) {
        return at - present.end < 0 ? present : begin((at - origin) / sliceNanos);
    }

    private Slice begin(long number) {
        Slice slice = begun(number);
        slices[(int) (number % SLICES)] = slice;
        present = slice;
        return slice;
    }

    private Slice begun(long number) {
        long end = origin + (number + 1) * sliceNanos;
        return new Slice(number, end, calls.sum());
    }

    private synchronized boolean isTooHigh() {
        long callsBefore = present.callsBefore;
        long failed = 0;
        long slow = 0;
        for (Slice slice : slices) {
            if (slice != null && slice.number > present.number - SLICES) {
                callsBefore = Math.min(callsBefore, slice.callsBefore);
                failed += slice.failed.sum();
                slow += slice.slow.sum();
            }
        }
        return rate.isTooHigh(calls.sum() - callsBefore, failed, slow);
    }
}
