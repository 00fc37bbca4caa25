package dev.kintsugi.healing;

import java.util.Objects;

/**
 * A level that follows what is measured: worse at once, better only after {@link #CHECKS} checks in
 * a row that were all better, and then only as good as the worst of them. A pure value.
 *
 * @param <L> the levels, in order from well to ill
 * @param level the level in force
 * @param better checks in a row that were better than the level; 0 to {@code CHECKS - 1}
 * @param worstOfBetter the worst that these checks measured; the level itself when there are none
 */
public record HoldDown<L extends Enum<L>>(L level, int better, L worstOfBetter) {

    /** How many checks in a row must be better before the level is. */
    public static final int CHECKS = 3;

    public HoldDown {
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(worstOfBetter, "worstOfBetter");
        if (better < 0 || better >= CHECKS) {
            throw new IllegalArgumentException("better must be in [0, 2], was " + better);
        }
    }

    /** The level, with nothing that speaks for a better one. */
    public static <L extends Enum<L>> HoldDown<L> at(L level) {
        return new HoldDown<>(level, 0, level);
    }

    /** What follows from a check. */
    public HoldDown<L> checked(L measured) {
        if (measured.compareTo(level) >= 0) {
            return at(measured);
        }
        L worst = better > 0 && worstOfBetter.compareTo(measured) > 0 ? worstOfBetter : measured;
        return better + 1 == CHECKS ? at(worst) : new HoldDown<>(level, better + 1, worst);
    }

    /**
     * What follows from a look between two checks: it can show worse, but never speaks for better.
     */
    public HoldDown<L> glanced(L measured) {
        return measured.compareTo(level) > 0 ? at(measured) : this;
    }
}
