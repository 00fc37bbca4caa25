package dev.kintsugi.server.healing;

import java.time.Instant;

/**
 * A process that calls a component, by what it reported. It finds the component failing by as many
 * failures in a row as the breaker's threshold, or by half of its calls, of which it takes at least
 * {@value #LEAST_CALLS} and twice the threshold to judge by.
 *
 * @param failures reported in a row, without a success between
 * @param calls reported since its calls were last enough to judge by
 * @param failed of these
 * @param failsOften whether half of them failed when they were last enough
 * @param at when it last reported calls
 */
record Node(int failures, long calls, long failed, boolean failsOften, Instant at) {
    private static final int LEAST_CALLS = 20;
    private static final long LONGEST_ROW = 1_000; // as high as thresholds go

    /** One that reported nothing yet. */
    static Node fresh(Instant at) {
        return new Node(0, 0, 0, false, at);
    }

    /** One that reported of an open breaker: by this report alone it finds it failing or not. */
    static Node probed(boolean failed, Instant at) {
        return new Node(0, 0, 0, failed, at);
    }

    /** In which order a report's calls went is not known: one success ends the row of failures. */
    Node reported(long more, int failing, Instant at, int threshold) {
        int row = more > failing ? 0 : (int) Math.min(LONGEST_ROW, (long) failures + failing);
        long all = calls + more;
        long bad = failed + failing;
        return all >= Math.max(LEAST_CALLS, 2L * threshold)
                ? new Node(row, 0, 0, isOften(bad, all), at)
                : new Node(row, all, bad, failsOften, at);
    }

    /** Whether it finds the component failing. */
    boolean findsItFailing(int threshold) {
        return failsOften || failures >= threshold;
    }

    /** As often as makes the calls speak against the component. */
    static boolean isOften(long failed, long calls) {
        return 2 * failed >= calls;
    }
}
