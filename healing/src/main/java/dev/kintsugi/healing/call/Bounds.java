package dev.kintsugi.healing.call;

import org.jspecify.annotations.Nullable;

/**
 * What the calls around one leave to it, to be taken along to other threads.
 *
 * @param deadline null when there is none
 * @param attempts how many may be made; null when no call around is making repetitions
 */
record Bounds(@Nullable Deadline deadline, @Nullable Integer attempts) {

    /** Those of the call that this thread is in. */
    static Bounds current() {
        return new Bounds(Deadline.current(), Attempts.left());
    }

    /** Does something within these bounds, whatever call this thread is in. */
    void run(Runnable action) {
        ScopedValue.where(Deadline.CURRENT, deadline).where(Attempts.LEFT, attempts).run(action);
    }
}
