package dev.kintsugi.server.waiting;

import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step that waits or holds.
 *
 * @param ticket unique; grows with every asking
 * @param rank its place in line: smaller goes first, then the smaller ticket
 * @param since when it came to this state
 * @param freeAt when it holds no longer, as a worker may be at its step until then although the
 *     step has ended; null when the step holds or waits
 */
public record Wait(
        long ticket, Asked asked, State state, long rank, Instant since, @Nullable Instant freeAt) {
    static final Comparator<Wait> IN_ORDER =
            Comparator.<Wait>comparingLong(Wait::rank).thenComparingLong(Wait::ticket);

    /** How far it is. */
    public enum State {
        /** Runs that it needs have not ended; nobody stands behind it. */
        FOR_RUNS,
        IN_LINE,
        HELD
    }

    String run() {
        return asked.run();
    }

    List<Lock> locks() {
        return asked.waits().locks();
    }

    List<String> names() {
        return locks().stream().map(Lock::name).toList();
    }

    Lock lock(String name) {
        return locks().stream().filter(lock -> lock.name().equals(name)).findFirst().orElseThrow();
    }

    boolean holds() {
        return state == State.HELD;
    }

    /**
     * The place of one that comes into the line now: a priority is a head start in time, so that
     * everybody moves up.
     */
    static long rank(Asked asked, Instant now) {
        return now.toEpochMilli() - asked.priority().headStart().toMillis();
    }

    Wait moved(State to, long toRank, Instant now) {
        return new Wait(ticket, asked, to, toRank, now, null);
    }

    /** Whether it only holds until its worker has stopped. */
    boolean isLeft() {
        return freeAt != null;
    }

    /**
     * What it held and does not keep, for as long as its worker may be at it; null when that is
     * nothing.
     */
    @Nullable Wait left(boolean keeping, Instant until) {
        var locks = locks().stream().filter(lock -> !(keeping && lock.keep())).toList();
        if (!holds() || isLeft() || locks.isEmpty()) {
            return null;
        }
        var left = asked.with(new Waits(locks, List.of(), asked.waits().patience()));
        return new Wait(ticket, left, state, rank, since, until);
    }

    /** What is left when it gives back all that it does not keep; null when nothing is. */
    @Nullable Wait kept() {
        var left = locks().stream().filter(Lock::keep).toList();
        if (!holds() || left.isEmpty()) {
            return null;
        }
        var kept = new Waits(left, List.of(), asked.waits().patience());
        return new Wait(ticket, asked.with(kept), state, rank, since, null);
    }
}
