package dev.kintsugi.client.plan;

import java.time.Duration;
import java.util.List;

/**
 * What a step waits for, beyond its needs, before it is handed out. All of its locks are given at
 * once, after the runs have succeeded, so that waiting steps hold nothing.
 *
 * @param locks at most {@value #MAX_LOCKS}, each name once
 * @param runs at most {@value #MAX_RUNS}
 * @param patience how long it waits before it fails: 1 s to 168 h, 24 h by default
 */
public record Waits(List<Lock> locks, List<NeededRun> runs, Duration patience) {
    /** Most locks of one step. */
    public static final int MAX_LOCKS = 10;

    /** Most runs that one step waits for. */
    public static final int MAX_RUNS = 20;

    public Waits {
        locks = List.copyOf(locks);
        runs = List.copyOf(runs);
    }

    /** Whether a lock is held beyond the step's end. */
    public boolean keeps() {
        return locks.stream().anyMatch(Lock::keep);
    }
}
