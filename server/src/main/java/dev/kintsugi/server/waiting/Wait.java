package dev.kintsugi.server.waiting;

import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import dev.kintsugi.server.waiting.WaitChange.AtWork;
import java.time.Instant;
import java.util.Collections;
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
 * @param leftTo keys of the cancelled tasks whose workers may be at it until then
 */
public record Wait(
        long ticket,
        Asked asked,
        State state,
        long rank,
        Instant since,
        @Nullable Instant freeAt,
        List<String> leftTo) {
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
        return new Wait(ticket, asked, to, toRank, now, null, List.of());
    }

    /** Whether it only holds until its workers have stopped. */
    boolean isLeft() {
        return freeAt != null;
    }

    /**
     * Whether the task had locks of the same names, which it was left: then the task was cancelled
     * before its step asked for these.
     */
    boolean isAfter(String task, List<Wait> waits) {
        return waits.stream()
                .anyMatch(wait ->
                        wait.leftTo.contains(task) && !Collections.disjoint(wait.names(), names()));
    }

    /** The same, left no more to that task. */
    Wait without(String task) {
        var others = leftTo.stream().filter(other -> !other.equals(task)).toList();
        return new Wait(ticket, asked, state, rank, since, freeAt, others);
    }

    /**
     * What it held and does not keep, for as long as a worker may be at it; null when that is
     * nothing.
     *
     * @param atWork at least one
     */
    @Nullable Wait left(boolean keeping, List<AtWork> atWork) {
        var locks = locks().stream().filter(lock -> !(keeping && lock.keep())).toList();
        if (!holds() || isLeft() || locks.isEmpty()) {
            return null;
        }
        var left = asked.with(new Waits(locks, List.of(), asked.waits().patience()));
        var until = atWork.stream().map(AtWork::until).max(Instant::compareTo).orElseThrow();
        var tasks = atWork.stream().map(AtWork::task).sorted().toList();
        return new Wait(ticket, left, state, rank, since, until, tasks);
    }

    /** What is left when it gives back all that it does not keep; null when nothing is. */
    @Nullable Wait kept() {
        var left = locks().stream().filter(Lock::keep).toList();
        if (!holds() || left.isEmpty()) {
            return null;
        }
        var kept = new Waits(left, List.of(), asked.waits().patience());
        return new Wait(ticket, asked.with(kept), state, rank, since, null, List.of());
    }
}
