package dev.kintsugi.healing.call;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls of the last time, in slices of a tenth of the window. Safe for use by many threads:
 * a call counts in its slice without waiting for others, and only failing and slow calls add up.
 */
final class RateWindow {
    private static final int SLICES = 10;

    private final FailureRate rate;
    private final long sliceNanos;
    private final AtomicReferenceArray<@Nullable Slice> slices = new AtomicReferenceArray<>(SLICES);

    /**
     * @param number of the slices since the ticker's beginning
     */
    private record Slice(long number, LongAdder calls, LongAdder failed, LongAdder slow) {
        Slice(long number) {
            this(number, new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    RateWindow(FailureRate rate) {
        this.rate = rate;
        this.sliceNanos = rate.window().toNanos() / SLICES;
    }

    /**
     * Counts a call.
     *
     * @param at ticker's time of its end
     * @param nanos how long it took; -1 when that was not measured
     * @return whether failing or slow calls are too many now
     */
    boolean count(long at, boolean failed, long nanos) {
        Slice slice = slice(Math.floorDiv(at, sliceNanos));
        boolean slow = rate.isSlow(nanos);
        slice.calls.increment();
        if (failed) {
            slice.failed.increment();
        }
        if (slow) {
            slice.slow.increment();
        }
        return (failed || slow) && isTooHigh(slice.number);
    }

    void clear() {
        for (int i = 0; i < SLICES; i++) {
            slices.set(i, null);
        }
    }

    /** A slice that is over for the slot's place in time gives way; a late call counts in it. */
    private Slice slice(long number) {
        int slot = (int) Math.floorMod(number, (long) SLICES);
        Slice present = slices.get(slot);
        if (present != null && present.number >= number) {
            return present;
        }
        var fresh = new Slice(number);
        Slice witness = slices.compareAndExchange(slot, present, fresh);
        return witness == present || witness == null ? fresh : witness;
    }

    private boolean isTooHigh(long now) {
        long calls = 0;
        long failed = 0;
        long slow = 0;
        for (int i = 0; i < SLICES; i++) {
            Slice slice = slices.get(i);
            if (slice != null && slice.number > now - SLICES) {
                calls += slice.calls.sum();
                failed += slice.failed.sum();
                slow += slice.slow.sum();
            }
        }
        return rate.isTooHigh(calls, failed, slow);
    }
}
