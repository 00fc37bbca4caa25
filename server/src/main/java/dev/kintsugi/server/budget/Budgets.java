package dev.kintsugi.server.budget;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The time, money and repair attempts of runs. Each change is one atomic statement, so that a limit
 * holds however many ask at once. Called inside a transaction of the system.
 */
public interface Budgets {

    /** Opens the three budgets of a run. */
    void open(String tenant, String run, Limits limits, Instant now);

    /**
     * Reserves one repair attempt, if one is left and money is.
     *
     * @return empty when it is reserved, else which budget is exhausted
     */
    Optional<Kind> reserveAttempt(String run, Instant now);

    /** Counts money that was spent, beyond the limit too: what is spent is spent. */
    void settle(String run, Kind kind, long amount, Instant now);

    /** Writes down how many milliseconds runs have worked in all. */
    void worked(Map<String, Long> millisByRun, Instant now);

    /** What is used of a budget. */
    long used(String run, Kind kind);

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
