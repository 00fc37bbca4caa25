package dev.kintsugi.healing.rollback;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of a rollback.
 *
 * @param unit what was rolled back
 * @param parts each of its parts, in the order in which they were taken back
 */
public record RolledBack(String unit, List<Part> parts) {

    /** What became of one part. */
    public enum Outcome {
        UNDONE,

        /** Its compensation threw; the others were run all the same. */
        FAILED,

        /**
         * A crash came while it ran, and it may not be run twice: somebody must look whether it
         * took effect.
         */
        UNKNOWN,

        /** No compensation of its name is known; it will be run when there is one. */
        MISSING;

        /** The name as it is stored and served, such as {@code undone}. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One compensation, or the snapshot.
     *
     * @param name of the compensation
     * @param argument what it was told
     * @param failure what it threw; null unless it failed in this process
     */
    public record Part(String name, String argument, Outcome outcome, @Nullable Throwable failure) {
        public Part {
            Objects.requireNonNull(outcome, "outcome");
        }
    }

    public RolledBack {
        Objects.requireNonNull(unit, "unit");
        parts = List.copyOf(parts);
    }

    /** Whether all is as it was. */
    public boolean complete() {
        return parts.stream().allMatch(part -> part.outcome() == Outcome.UNDONE);
    }

    /** How many parts came to this. */
    public long count(Outcome outcome) {
        return parts.stream().filter(part -> part.outcome() == outcome).count();
    }
}
