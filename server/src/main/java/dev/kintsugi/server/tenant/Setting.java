package dev.kintsugi.server.tenant;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant may set for itself. Each is a number with a range; the platform's value comes from
 * an environment variable, a cap of it can only be lowered further in, and a floor only be raised.
 */
public enum Setting {
    MAX_ACTIVE_RUNS(
            "KINTSUGI_MAX_ACTIVE_RUNS",
            Range.whole(1, 1_000_000).cap("10000"),
            "runs that neither have ended nor wait for somebody"),
    MAX_RUNS_PER_DAY(
            "KINTSUGI_MAX_RUNS_PER_DAY",
            Range.whole(0, 1_000_000).cap(null),
            "runs handed in from midnight to midnight (UTC)"),
    MAX_COST_PER_DAY_USD(
            "KINTSUGI_MAX_COST_PER_DAY_USD",
            Range.dollars().cap(null),
            "US dollars spent by runs on one day (UTC), after which no run is taken in"),
    MAX_COST_PER_MONTH_USD(
            "KINTSUGI_MAX_COST_PER_MONTH_USD",
            Range.dollars().cap(null),
            "US dollars spent by runs in one month (UTC), after which no run is taken in"),
    MAX_STORAGE_MB(
            "KINTSUGI_MAX_STORAGE_MB",
            Range.whole(0, 1_000_000_000).cap(null),
            "megabytes of output, evidence and logs, above which no run is taken in"),
    MAX_WORKERS(
            "KINTSUGI_MAX_WORKERS",
            Range.whole(0, 1_000).cap("1000"),
            "workers outside of servers that are alive at once"),
    DEFAULT_COST_BUDGET_USD(
            "META_V4_DEFAULT_COST_BUDGET_USD",
            Range.dollars().of("10.0"),
            "US dollars that a run may spend whose plan names no budget.cost"),
    DEFAULT_ATTEMPT_BUDGET(
            "META_V4_DEFAULT_ATTEMPT_BUDGET",
            Range.whole(0, 1_000).cap("10"),
            "repair attempts of a run"),
    MAX_REPAIR_ATTEMPTS(
            "META_V4_MAX_REPAIR_ATTEMPTS",
            Range.whole(1, 1_000).cap("5"),
            "repair attempts for one failing step"),
    CIRCUIT_BREAKER_THRESHOLD(
            "META_V4_CIRCUIT_BREAKER_THRESHOLD",
            Range.whole(1, 1_000).of("5"),
            "failures of a class that open its breaker"),
    CIRCUIT_BREAKER_COOLDOWN_MINUTES(
            "META_V4_CIRCUIT_BREAKER_COOLDOWN_MINUTES",
            Range.whole(0, 1_440).of("5"),
            "minutes until an open breaker lets a probe through"),
    STUCK_AFTER_PERCENT(
            "KINTSUGI_STUCK_AFTER_PERCENT",
            Range.whole(1, 100).of("50"),
            "part of a step's timeout without progress after which it is stuck, 5 minutes at least"),
    STUCK_RESET(
            "KINTSUGI_STUCK_RESET",
            Range.whole(0, 1).of("0"),
            "1: tasks that are stuck are taken from their workers and handed out anew"),
    KEEP_RUNS_DAYS(
            "KINTSUGI_KEEP_RUNS_DAYS",
            Range.whole(1, 3_650).of("30"),
            "days that a run is kept after its end, with its events, output and contents"),
    KEEP_RUNS_MIN_DAYS(
            "KINTSUGI_KEEP_RUNS_MIN_DAYS",
            Range.whole(1, 3_650).floor("1"),
            "days that a run must be kept, as the law may ask; it can only be raised");

    private final String variable;
    private final Range range;
    private final String meaning;

    Setting(String variable, Range range, String meaning) {
        this.variable = variable;
        this.range = range;
        this.meaning = meaning;
    }

    /** The setting of this name; empty when there is none. */
    static Optional<Setting> named(String name) {
        return Arrays.stream(values()).filter(known -> known.wireName().equals(name)).findFirst();
    }

    /** As it is written in requests, answers and the table. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The environment variable that sets it for all tenants. */
    public String variable() {
        return variable;
    }

    /** What holds when nobody sets anything; null for no limit. */
    public @Nullable BigDecimal standard() {
        return range.standard();
    }

    /** Whether inner levels can only lower it. */
    boolean isCap() {
        return range.bound() == Bound.CAP;
    }

    /** Whether what an outer level sets holds against an inner level's value. */
    boolean isBound(BigDecimal value, BigDecimal outer) {
        return switch (range.bound()) {
            case NONE -> false;
            case CAP -> value.compareTo(outer) >= 0;
            case FLOOR -> value.compareTo(outer) <= 0;
        };
    }

    BigDecimal min() {
        return range.min();
    }

    BigDecimal max() {
        return range.max();
    }

    String meaning() {
        return meaning;
    }

    /** What is wrong with a value; empty when nothing is. */
    Optional<String> problem(BigDecimal value) {
        if (value.compareTo(range.min()) < 0
                || value.compareTo(range.max()) > 0
                || value.stripTrailingZeros().scale() > range.digits()) {
            return Optional.of(
                    "must be a %snumber in [%s, %s], was %s"
                            .formatted(
                                    range.digits() == 0 ? "whole " : "",
                                    range.min().toPlainString(),
                                    range.max().toPlainString(),
                                    value));
        }
        return Optional.empty();
    }

    private enum Bound {
        NONE,
        CAP,
        FLOOR
    }

    /**
     * What values are possible.
     *
     * @param digits most after the point
     * @param bound what inner levels can do with it
     */
    private record Range(
            BigDecimal min,
            BigDecimal max,
            int digits,
            Bound bound,
            @Nullable BigDecimal standard) {
        private static final BigDecimal MOST_DOLLARS = new BigDecimal("9000000000");

        static Range whole(long min, long max) {
            return new Range(BigDecimal.valueOf(min), BigDecimal.valueOf(max), 0, Bound.NONE, null);
        }

        /** Down to the billionth. */
        static Range dollars() {
            return new Range(BigDecimal.ZERO, MOST_DOLLARS, 9, Bound.NONE, null);
        }

        Range of(String value) {
            return new Range(min, max, digits, Bound.NONE, new BigDecimal(value));
        }

        Range floor(String value) {
            return new Range(min, max, digits, Bound.FLOOR, new BigDecimal(value));
        }

        Range cap(@Nullable String value) {
            return new Range(
                    min, max, digits, Bound.CAP, value == null ? null : new BigDecimal(value));
        }
    }
}
