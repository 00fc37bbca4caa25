package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import org.jspecify.annotations.Nullable;

/**
 * How a call stands whose first attempt did not serve the caller.
 *
 * @param last the attempt that failed last
 * @param attempts attempts that were made, not counting rejected ones
 * @param repeated whether there was more than a first attempt
 * @param nanos how long it has taken since the first failure
 * @param outcome what a later attempt returned; {@code last} when none did
 */
record Trouble(Failed last, int attempts, boolean repeated, long nanos, @Nullable Object outcome) {

    ErrorContext error() {
        return last.error();
    }

    /** The same, after so much more time. */
    Trouble later(long more) {
        return new Trouble(last, attempts, repeated, nanos + more, outcome);
    }

    /** The same, served after all. */
    Trouble served(@Nullable Object value) {
        return new Trouble(last, attempts, repeated, nanos, value);
    }

    boolean isOver() {
        return outcome != last;
    }
}
