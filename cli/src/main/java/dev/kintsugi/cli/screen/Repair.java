package dev.kintsugi.cli.screen;

import dev.kintsugi.client.event.Phase;
import org.jspecify.annotations.Nullable;

/**
 * One thing that broke, and what became of it.
 *
 * @param failure one line about what broke
 * @param phase the phase it got to; null before the first
 * @param means what was tried last, one line; null before the first
 */
public record Repair(
        String step,
        String failure,
        @Nullable Phase phase,
        @Nullable String means,
        Outcome outcome) {

    /** Where a repair stands. */
    public enum Outcome {
        OPEN,
        HEALED,
        FAILED
    }

    Repair tries(@Nullable Phase now, String with) {
        return new Repair(step, failure, now == null ? phase : now, with, outcome);
    }

    Repair ends(Outcome how) {
        return new Repair(step, failure, phase, means, how);
    }
}
