package dev.kintsugi.healing.health;

import dev.kintsugi.healing.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Outcomes of calls over a sliding window.
 *
 * <p>A success only adds to a total: no clock, no lock, nothing allocated. The window is the
 * difference between the totals now and as they were when it began; for that the totals are noted
 * once per slice, by whoever looks at them and by failures. So the window is between nine tenths of
 * its length and the whole of it. Where nobody looked and nothing failed for longer than that,
 * successes since the last look count, until a slice has passed since the next: what failed first
 * is not all that happened.
 */
final class CallWindow {
    static final int SLICES = 10;

    /** The totals at a time of the ticker. */
    private record Cut(long at, CallCounts totals) {}

    private final LongAdder successes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder criticals = new LongAdder();
    private final LongAdder timed = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final Ticker ticker;
    private final long length;
    private final ReentrantLock cutting = new ReentrantLock();
    private final ArrayDeque<Cut> cuts = new ArrayDeque<>(); // oldest first, under the lock
    private volatile long newest;

    CallWindow(Ticker ticker, Duration length) {
        this.ticker = ticker;
        this.length = length.toNanos();
        forget();
    }

    /**
     * @param took nanoseconds; -1 when not measured
     */
    void success(long took) {
        successes.increment();
        if (took >= 0) {
            timed.increment();
            nanos.add(took);
        }
    }

    void failure(boolean critical) {
        long now = ticker.nanos();
        if (isDue(now)) {
            cut(now);
        }
        failures.increment();
        if (critical) {
            criticals.increment();
        }
    }

    /** What the window holds now. */
    CallCounts counts() {
        long now = ticker.nanos();
        cutting.lock();
        try {
            Cut begin = begin(now);
            CallCounts since = totals().minus(begin.totals);
            if (now - begin.at > length) {
                // a failure within the window made the next cut
                CallCounts failed =
                        cuts.isEmpty() ? CallCounts.NONE : totals().minus(cuts.getFirst().totals);
                since =
                        new CallCounts(
                                since.successes(),
                                failed.failures(),
                                failed.criticals(),
                                since.timed(),
                                since.nanos());
            }
            cuts.addFirst(begin);
            if (isDue(now)) {
                cut(now);
            }
            return since;
        } finally {
            cutting.unlock();
        }
    }

    /** Where the window begins; taken from the cuts, with all before it. */
    private Cut begin(long now) {
        Cut begin = cuts.removeFirst();
        while (now - begin.at > length
                && !cuts.isEmpty()
                && now - cuts.getFirst().at >= length / SLICES) {
            begin = cuts.removeFirst();
        }
        return begin;
    }

    /** Begins anew. */
    void forget() {
        cutting.lock();
        try {
            cuts.clear();
            cut(ticker.nanos());
        } finally {
            cutting.unlock();
        }
    }

    private boolean isDue(long now) {
        return now - newest >= length / SLICES;
    }

    private void cut(long now) {
        cutting.lock();
        try {
            if (!cuts.isEmpty() && now - cuts.getLast().at < length / SLICES) {
                return; // another failure was first
            }
            if (cuts.size() > SLICES) {
                cuts.removeFirst();
            }
            cuts.addLast(new Cut(now, totals()));
            newest = now;
        } finally {
            cutting.unlock();
        }
    }

    private CallCounts totals() {
        return new CallCounts(
                successes.sum(), failures.sum(), criticals.sum(), timed.sum(), nanos.sum());
    }
}
