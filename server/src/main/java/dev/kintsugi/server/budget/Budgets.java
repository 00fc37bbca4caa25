package dev.kintsugi.server.budget;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The time, money and repair attempts of runs. Each change is one atomic statement, so that a limit
 * holds however many ask at once. Called inside a transaction of the system.
 */
public interface Budgets {

    /**
     * Opens the three budgets of each run. Its working time begins to run, unless {@link #worked}
     * says otherwise: all of it is set aside.
     */
    void open(List<Opening> runs, Instant now);

    /** A run whose budgets are opened. */
    record Opening(String tenant, String run, Limits limits) {}

    /**
     * Sets an amount aside, if together with what is used and set aside already it is within the
     * limit.
     *
     * @param amount 0 or more; 0 asks whether the limit is kept so far
     * @return whether it is set aside; if not, the budget is marked as exceeded
     */
    boolean reserve(String run, Kind kind, long amount, Instant now);

    /**
     * Turns what was set aside into what was used.
     *
     * @param reserved as it was set aside; 0 when nothing was
     * @param actual counted beyond the limit too: what is spent is spent
     */
    void settle(String run, Kind kind, long reserved, long actual, Instant now);

    /** Gives back what was set aside and not used. */
    void release(String run, Kind kind, long amount, Instant now);

    /** Writes down where the working time of runs stands; told when it begins to run or stops. */
    void worked(Map<String, Worked> byRun, Instant now);

    /** Notes since when a run has been stopped by this budget; the first time stays. */
    void exceeded(String run, Kind kind, Instant now);

    /** Where a budget stands. */
    Standing standing(String run, Kind kind);

    /**
     * Where a run's working time stands.
     *
     * @param millis used in all
     * @param goesOn whether it runs on: then all that is left is set aside until it stops
     */
    record Worked(long millis, boolean goesOn) {}

    /**
     * Where a budget stands.
     *
     * @param used what is gone
     * @param reserved what is set aside for work that has not ended
     */
    record Standing(long used, long reserved) {}

    /** Kinds of budget. */
    enum Kind {
        TIME("ms"),
        COST("nano_usd"),
        ATTEMPTS("attempts");

        private final String unit;

        Kind(String unit) {
            this.unit = unit;
        }

        String unit() {
            return unit;
        }
    }

    /** The limits of a run's budgets: milliseconds, billionths of a US dollar, attempts. */
    record Limits(long timeMillis, long costNanoUsd, long attempts) {
        long of(Kind kind) {
            return switch (kind) {
                case TIME -> timeMillis;
                case COST -> costNanoUsd;
                case ATTEMPTS -> attempts;
            };
        }
    }
}
