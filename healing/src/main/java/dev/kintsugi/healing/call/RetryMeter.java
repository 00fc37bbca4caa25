package dev.kintsugi.healing.call;

import java.util.Arrays;

/**
 * Keeps a component's retries within its {@link RetryBudget}. Safe for use by many threads.
 *
 * <p>Retries of eleven slices are counted, calls of only ten: whatever the window's edges, it errs
 * towards fewer retries.
 */
final class RetryMeter {
    private final RetryBudget budget;
    private final RecentCalls calls;
    private final long[] retries = new long[RecentCalls.RING];
    private long slice;

    RetryMeter(RetryBudget budget, RecentCalls calls) {
        this.budget = budget;
        this.calls = calls;
    }

    /** Whether one more retry may be made; if so, it is counted. */
    boolean take() {
        return budget.isUnlimited() || taken();
    }

    private synchronized boolean taken() {
        turnTo(calls.slice());
        long allowed = Math.max(budget.least(), (long) (calls.count() * budget.share()));
        if (Arrays.stream(retries).sum() >= allowed) {
            return false;
        }
        retries[(int) (slice % RecentCalls.RING)]++;
        return true;
    }

    private void turnTo(long now) {
        if (now - slice >= RecentCalls.RING) {
            Arrays.fill(retries, 0);
            slice = now;
        }
        while (slice < now) {
            retries[(int) (++slice % RecentCalls.RING)] = 0;
        }
    }
}
