package dev.kintsugi.server.simulation;

import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.server.waiting.Wait;
import dev.kintsugi.server.waiting.WaitStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What must hold of locks: never more permits are held than there are, and nobody is forgotten. */
final class LockWatch {
    /** Longest that a step may wait for what it could have: a server that is slow comes back. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final WaitStore store;
    private final SimulatedTime time;
    private final Invariants invariants;
    private final Map<Long, Duration> freeSince = new HashMap<>();

    LockWatch(WaitStore store, SimulatedTime time, Invariants invariants) {
        this.store = store;
        this.time = time;
        this.invariants = invariants;
    }

    /** Looks at all that the tenant's steps hold and wait for. */
    void look(String tenant) {
        for (var wait : store.all(tenant, 0, Integer.MAX_VALUE)) {
            invariants.reachedIf(wait.freeAt() != null, Reached.LOCK_LEFT_TO_A_WORKER);
            for (var lock : wait.asked().waits().locks()) {
                var held = held(tenant, lock);
                invariants.check(
                        held <= lock.limit(),
                        "%d permits of %s are held, there are %d"
                                .formatted(held, lock.name(), lock.limit()));
            }
            forgotten(tenant, wait);
        }
    }

    private int held(String tenant, Lock lock) {
        return store.line(tenant, lock.name()).stream()
                .filter(wait -> wait.state() == Wait.State.HELD)
                .mapToInt(wait -> permits(wait, lock))
                .sum();
    }

    private static int permits(Wait wait, Lock of) {
        return wait.asked().waits().locks().stream()
                .filter(lock -> lock.name().equals(of.name()))
                .mapToInt(Lock::permits)
                .sum();
    }

    private void forgotten(String tenant, Wait wait) {
        var couldHave =
                wait.state() == Wait.State.IN_LINE
                        && wait.asked().waits().locks().stream()
                                .allMatch(lock -> isNext(tenant, wait, lock));
        if (!couldHave) {
            freeSince.remove(wait.ticket());
            return;
        }
        var since = freeSince.computeIfAbsent(wait.ticket(), _ -> time.elapsed());
        invariants.check(
                time.elapsed().minus(since).compareTo(PATIENCE) < 0,
                "step %s of run %s waits for locks that are free since %s"
                        .formatted(wait.asked().step(), wait.asked().run(), since));
    }

    private boolean isNext(String tenant, Wait wait, Lock lock) {
        var first =
                store.line(tenant, lock.name()).stream()
                        .filter(other -> other.state() == Wait.State.IN_LINE)
                        .findFirst();
        return first.isPresent()
                && first.get().ticket() == wait.ticket()
                && held(tenant, lock) + lock.permits() <= lock.limit();
    }

    /** Everything stood still: nobody can be blamed for that time. */
    void slept() {
        freeSince.clear();
    }

    /** All runs have ended. */
    void ended(String tenant) {
        var left =
                store.all(tenant, 0, Integer.MAX_VALUE).stream()
                        .filter(wait -> wait.freeAt() == null)
                        .toList();
        invariants.check(left.isEmpty(), "locks are held or waited for by ended runs: " + left);
    }
}
