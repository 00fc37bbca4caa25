package dev.kintsugi.healing.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A number that many threads change, kept in several words once they get into each other's way,
 * each word on cache lines of its own (as {@link java.util.concurrent.atomic.LongAdder} does it).
 * Until then there is one word, so that many components that are seldom called stay small.
 */
class Lanes {
    private static final int MAX_LANES = 64;

    /** Four lanes for each processor make it unlikely that two threads are on the same. */
    private static final int BITS =
            Integer.SIZE
                    - Integer.numberOfLeadingZeros(
                            Math.min(Runtime.getRuntime().availableProcessors() * 4, MAX_LANES)
                                    - 1);

    /** So long that the words of two lanes are 128 bytes apart: lines are fetched in pairs. */
    private static final int LANE_LONGS = 16;

    /**
     * In the middle, so that objects before and behind the lane, such as this one, are on other
     * lines: all threads read them.
     */
    private static final int MIDDLE = LANE_LONGS / 2 - 1;

    /** Where a lane has room for a second word, which is for those who need not be exact. */
    static final int SECOND = MIDDLE + 1;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private volatile long[][] all = {new long[LANE_LONGS]};

    /** A number by which a thread stays on the same lane; cheap, and well spread over threads. */
    static int ofThread() {
        // Fibonacci hashing: Knuth, The Art of Computer Programming 3, §6.4.
        return (int) (Thread.currentThread().threadId() * 0x9E3779B97F4A7C15L >>> Long.SIZE - BITS);
    }

    /** The lane of a thread. */
    long[] of(int thread) {
        long[][] lanes = all;
        return lanes[thread & lanes.length - 1];
    }

    /** All lanes. As long as the same array is returned, there are no others. */
    long[][] all() {
        return all;
    }

    /** Overridden by a test that has others act between two reads. */
    long read(long[] lane) {
        return (long) WORD.getVolatile(lane, MIDDLE);
    }

    boolean change(long[] lane, long from, long to) {
        return WORD.compareAndSet(lane, MIDDLE, from, to);
    }

    /** Adds to a thread's lane, which says afterwards what is returned. */
    long add(int thread, long delta) {
        long[] lane = of(thread);
        long before = read(lane);
        if (change(lane, before, before + delta)) {
            return before + delta;
        }
        spread();
        return (long) WORD.getAndAdd(of(thread), MIDDLE, delta) + delta;
    }

    /** Called by who was in another's way. */
    synchronized void spread() {
        if (all.length == 1) {
            long[][] more = Arrays.copyOf(all, 1 << BITS);
            for (int i = 1; i < more.length; i++) {
                more[i] = new long[LANE_LONGS];
            }
            all = more;
        }
    }

    /** All lanes together; of changes that come meanwhile some may be in it. */
    long sum() {
        long sum = 0;
        for (long[] lane : all) {
            sum += read(lane);
        }
        return sum;
    }
}
