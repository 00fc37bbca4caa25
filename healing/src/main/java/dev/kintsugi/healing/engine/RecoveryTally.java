package dev.kintsugi.healing.engine;

import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import java.time.Duration;

/**
 * Recoveries counted by how they ended.
 *
 * @param failed neither was the caller served nor harm stopped
 * @param contained harm was stopped, the caller not served
 * @param recovered the caller was served
 * @param verified the caller was served, and a probe showed the component well again
 * @param time that all together took
 */
public record RecoveryTally(
        long failed, long contained, long recovered, long verified, Duration time) {

    static final RecoveryTally NONE = new RecoveryTally(0, 0, 0, 0, Duration.ZERO);

    /** All of them. */
    public long total() {
        return failed + contained + recovered + verified;
    }

    /** Those whose caller was served. */
    public long successful() {
        return recovered + verified;
    }

    /** Successful of all, in [0, 1]; 0 when there were none. */
    public double successRate() {
        return total() == 0 ? 0 : (double) successful() / total();
    }

    /** Zero when there were none. */
    public Duration averageTime() {
        return total() == 0 ? Duration.ZERO : time.dividedBy(total());
    }

    RecoveryTally plus(RecoveryResult ended) {
        Duration all = time.plus(ended.duration());
        return new RecoveryTally(
                failed + one(ended, Outcome.FAILED),
                contained + one(ended, Outcome.CONTAINED),
                recovered + one(ended, Outcome.RECOVERED),
                verified + one(ended, Outcome.VERIFIED),
                all);
    }

    private static int one(RecoveryResult ended, Outcome outcome) {
        return ended.outcome() == outcome ? 1 : 0;
    }
}
