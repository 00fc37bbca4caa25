package dev.kintsugi.healing.call;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the calls around one leave to it, to be taken along to other threads. */
final class Bounds {
    private final @Nullable Deadline deadline;
    private final @Nullable Integer attempts;

    /**
     * @param deadline null when there is none
     * @param attempts how many may be made; null when no call around is making repetitions
     */
    Bounds(@Nullable Deadline deadline, @Nullable Integer attempts) {
        this.deadline = deadline;
        this.attempts = attempts;
    }

    private static final ScopedValue<Integer> ATTEMPTS = ScopedValue.newInstance();

    /** Those of the call that this thread is in. */
    static Bounds current() {
        return new Bounds(Deadline.current(), attemptsLeft());
    }

    /** Does something within these bounds, whatever call this thread is in. */
    void run(Runnable action) {
        ScopedValue.where(Deadline.CURRENT, deadline).where(ATTEMPTS, attempts).run(action);
    }

    /** How many attempts may still be made by the call that this thread is in; null: any number. */
    static @Nullable Integer attemptsLeft() {
        return ATTEMPTS.isBound() ? ATTEMPTS.get() : null;
    }

    /** How many attempts may be made in all by a policy that allows {@code own}. */
    static int attemptsAllowed(int own) {
        Integer left = attemptsLeft();
        return left == null ? own : Math.min(own, left);
    }

    /** Makes an attempt in which inner recoveries may make so many. */
    static <T> T within(int left, Supplier<T> attempt) {
        return ScopedValue.where(ATTEMPTS, left).call(attempt::get);
    }
}
