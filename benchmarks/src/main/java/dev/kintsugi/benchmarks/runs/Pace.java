package dev.kintsugi.benchmarks.runs;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param levels how many runs at once are tried in the warm-up; each contender keeps the one at
 *     which it was quickest
 * @param warmUp of each contender at each level
 * @param rounds how often all take their turn
 * @param round of one contender
 * @param crowd how many runs are kept going for ready-to-started: somewhat more than the tasks that
 *     are to run at once
 * @param crowdWarmUp not counted
 * @param finished finished tasks in the claims' second database
 * @param claimRounds of 100 claims in each database
 */
record Pace(
        List<Integer> levels,
        Duration warmUp,
        int rounds,
        Duration round,
        int crowd,
        Duration crowdWarmUp,
        Duration crowdTime,
        int finished,
        int claimRounds) {
    private static final int CROWD = 1_060;
    private static final int MILLION = 1_000_000;

    /** About seven minutes; compilers need half a minute for what they make of a server. */
    static final Pace FULL =
            new Pace(
                    List.of(32, 128, 512, 1_024),
                    Duration.ofSeconds(8),
                    5,
                    Duration.ofSeconds(4),
                    CROWD,
                    Duration.ofSeconds(8),
                    Duration.ofSeconds(15),
                    MILLION,
                    10);

    /** Below a minute: whether it works, not how fast. */
    static final Pace QUICK =
            new Pace(
                    List.of(128),
                    Duration.ofMillis(1_500),
                    1,
                    Duration.ofMillis(1_500),
                    CROWD,
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(4),
                    MILLION / 20,
                    2);
}
