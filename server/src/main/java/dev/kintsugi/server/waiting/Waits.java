package dev.kintsugi.server.waiting;

import dev.kintsugi.client.api.WaitsView;
import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.client.event.RunEvent.WaitBegun;
import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.waiting.Wait.State;
import dev.kintsugi.server.waiting.WaitChange.AllGivenBack;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import dev.kintsugi.server.waiting.WaitChange.GivenBack;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives steps what they wait for: locks and semaphores in the order of asking, and word of other
 * runs. Whatever it decides reaches a run as an event through its inbox. All changes of one tenant
 * happen one after the other, so that any number of servers may take turns and sweep at once. What
 * a step holds is its run's: it outlives workers and servers and comes back with the run's end.
 */
public final class Waits {
    /** Most waiting and holding steps of a tenant that one look shows. */
    public static final int MOST_SHOWN = 10_000;

    /** Most waiting and holding steps of a tenant among which a deadlock is looked for. */
    static final int MOST_JUDGED = 50_000;

    /** Steps that one transaction of a sweep goes through. */
    static final int PAGE = 1_000;

    /** So often in a row a sweep lets turns go first; then it waits for them. */
    private static final int MOST_PASSES = 5;

    private static final long BUSY = -1;

    private final Transactions transactions;
    private final WaitStore store;
    private final WaitingRuns runs;
    private final InstantSource clock;
    private final Map<String, Integer> passed = new ConcurrentHashMap<>();

    public Waits(
            Transactions transactions, WaitStore store, WaitingRuns runs, InstantSource clock) {
        this.transactions = transactions;
        this.store = store;
        this.runs = runs;
        this.clock = clock;
    }

    /**
     * Takes up what turns changed, in their order; inside their transaction.
     *
     * @param atWork steps whose workers may go on for a while: what they give back stays held so
     *     long
     */
    public void take(List<? extends WaitChange> changes, List<WaitChange.AtWork> atWork) {
        var ofTenants = new TreeMap<String, List<WaitChange>>();
        changes.forEach(change ->
                ofTenants.computeIfAbsent(change.tenant(), _ -> new ArrayList<>()).add(change));
        ofTenants.forEach((tenant, its) -> {
            store.lock(tenant);
            var touched = new TreeSet<String>();
            var asked = new ArrayList<Wait>();
            for (var change : its) {
                switch (change) {
                    case Asked ask -> ask(ask, asked, touched);
                    case WaitChange.Stopped stopped ->
                            touched.addAll(store.stopped(stopped.run(), stopped.task()));
                    case GivenBack back -> {
                        leave(tenant, back.run(), back.step(), atWork);
                        touched.addAll(store.giveBack(back.run(), back.step()));
                        asked.removeIf(wait ->
                                wait.run().equals(back.run())
                                        && wait.asked().step().equals(back.step()));
                    }
                    case AllGivenBack back -> {
                        leave(tenant, back.run(), null, atWork);
                        touched.addAll(store.giveBackAll(back.run()));
                        asked.removeIf(wait -> wait.run().equals(back.run()));
                    }
                }
            }
            var granted =
                    grant(tenant, touched).stream().map(Wait::ticket).collect(Collectors.toSet());
            asked.stream().filter(wait -> !granted.contains(wait.ticket())).forEach(this::begun);
        });
    }

    /**
     * What the run's steps give back is left to the workers that may be at them.
     *
     * @param step null for all, which keep nothing
     */
    private void leave(
            String tenant, String run, @Nullable String step, List<WaitChange.AtWork> atWork) {
        var its =
                atWork.stream()
                        .filter(one ->
                                one.run().equals(run) && (step == null || step.equals(one.step())))
                        .toList();
        if (its.isEmpty()) {
            return;
        }
        var waits = store.ofRun(tenant, run);
        for (var wait : waits) {
            var under =
                    its.stream()
                            .filter(one -> one.step().equals(wait.asked().step()))
                            .filter(one -> !wait.isAfter(one.task(), waits))
                            .toList();
            var left = under.isEmpty() ? null : wait.left(step != null, under);
            if (left != null) {
                store.leave(left);
            }
        }
    }

    private void ask(Asked asked, List<Wait> waiting, SortedSet<String> touched) {
        var now = clock.instant();
        var open = new Needs(runs, asked.tenant(), List.of(asked)).look(asked);
        if (open.failure() != null) {
            ended(asked, open.failure());
        } else if (!open.on().isEmpty()) {
            waiting.add(store.add(asked, State.FOR_RUNS, 0));
        } else if (asked.waits().locks().isEmpty()) {
            store.add(asked, State.HELD, 0);
            ended(asked, null);
        } else {
            var wait = store.add(asked, State.IN_LINE, Wait.rank(asked, now));
            waiting.add(wait);
            touched.addAll(wait.names());
        }
    }

    private List<Wait> grant(String tenant, SortedSet<String> locks) {
        var granted = new Lines(store, tenant).grant(locks, clock.instant());
        granted.forEach(wait -> ended(wait.asked(), null));
        return granted;
    }

    private void ended(Asked asked, @Nullable Failure failure) {
        var waited = Math.max(0, Duration.between(asked.at(), clock.instant()).toMillis());
        runs.tell(
                asked.tenant(),
                asked.run(),
                new WaitEnded(asked.step(), asked.number(), waited, failure));
    }

    private void begun(Wait wait) {
        var asked = wait.asked();
        runs.tell(
                asked.tenant(),
                asked.run(),
                new WaitBegun(asked.step(), asked.number(), obstacles(wait)));
    }

    private List<Obstacle> obstacles(Wait wait) {
        var tenant = wait.asked().tenant();
        return obstacles(wait, Needs.of(runs, tenant, List.of(wait)), new Lines(store, tenant));
    }

    private static List<Obstacle> obstacles(Wait wait, Needs needs, Lines lines) {
        return switch (wait.state()) {
            case FOR_RUNS -> needs.look(wait.asked()).on();
            case IN_LINE -> lines.obstacles(wait);
            case HELD -> List.of();
        };
    }

    // --- rounds

    /**
     * Looks after all that wait: runs that ended, patience that is over, deadlocks; and gives out
     * what was left behind. Safe on every server at once: while one changes a tenant's waits,
     * others leave them to it.
     */
    public void sweep() {
        for (var tenant : transactions.asSystem(store::tenants)) {
            var last = 0L;
            do {
                var after = last;
                last = alone(tenant, () -> sweep(tenant, after));
            } while (last > 0);
            if (last == BUSY || alone(tenant, () -> breakDeadlocks(tenant)) == BUSY) {
                passed.merge(tenant, 1, Integer::sum);
            } else {
                passed.remove(tenant);
            }
        }
    }

    /**
     * @return what the work gives; {@link #BUSY} when somebody else is at the tenant's waits, and
     *     that was not so too often
     */
    private long alone(String tenant, LongSupplier work) {
        return transactions.asSystem(() -> {
            if (passed.getOrDefault(tenant, 0) >= MOST_PASSES) {
                store.lock(tenant);
            } else if (!store.tryLock(tenant)) {
                return BUSY;
            }
            return work.getAsLong();
        });
    }

    /**
     * @return the last ticket that was looked at; 0 when there are no more
     */
    private long sweep(String tenant, long after) {
        var now = clock.instant();
        var touched = new TreeSet<String>();
        var page = store.all(tenant, after, PAGE);
        for (var wait : page) {
            if (wait.freeAt() != null && !now.isBefore(wait.freeAt())) {
                store.remove(wait);
                touched.addAll(wait.names());
            }
        }
        var ids = page.stream().map(Wait::run).collect(Collectors.toSet());
        var standing = runs.find(tenant, ids);
        var gone = new TreeSet<String>();
        for (var run : ids) {
            var its = standing.get(run);
            if (its == null || its.status().isFinal()) {
                touched.addAll(store.giveBackAll(run));
                gone.add(run);
            }
        }
        var there = page.stream().filter(wait -> !gone.contains(wait.run())).toList();
        var needs = Needs.of(runs, tenant, there);
        var left = there.stream().filter(wait -> !over(wait, now, needs, touched)).toList();
        grant(tenant, names(left, touched));
        return page.size() < PAGE ? 0 : page.getLast().ticket();
    }

    /** Whether it has come to an end, or into the line. */
    private boolean over(Wait wait, Instant now, Needs needs, SortedSet<String> touched) {
        if (wait.holds()) {
            return false;
        }
        if (!now.isBefore(wait.asked().until())) {
            fail(wait, WaitFailure.patience(impatient(wait)), touched);
            return true;
        }
        if (wait.state() != State.FOR_RUNS) {
            return false;
        }
        var open = needs.look(wait.asked());
        if (open.failure() != null) {
            fail(wait, open.failure(), touched);
            return true;
        }
        if (!open.on().isEmpty()) {
            return false;
        }
        var toLine = !wait.locks().isEmpty();
        var rank = Wait.rank(wait.asked(), now);
        store.move(wait.moved(toLine ? State.IN_LINE : State.HELD, rank, now));
        if (toLine) {
            touched.addAll(wait.names());
        } else {
            ended(wait.asked(), null);
        }
        return true;
    }

    private String impatient(Wait wait) {
        return "waited %s s, as long as its plan allows, for %s"
                .formatted(
                        wait.asked().waits().patience().toSeconds(), Needs.told(obstacles(wait)));
    }

    private void fail(Wait wait, Failure failure, SortedSet<String> touched) {
        store.remove(wait);
        touched.addAll(wait.names());
        ended(wait.asked(), failure);
    }

    private static SortedSet<String> names(List<Wait> waits, SortedSet<String> touched) {
        var names = new TreeSet<>(touched);
        waits.stream()
                .filter(wait -> wait.state() == State.IN_LINE)
                .forEach(wait -> names.addAll(wait.names()));
        return names;
    }

    /** A victim loses all its waits, so that no other server finds it, or another one, as well. */
    private long breakDeadlocks(String tenant) {
        var all = all(tenant, MOST_JUDGED);
        if (all.stream().allMatch(Wait::holds)) {
            return 0;
        }
        var ids = all.stream().map(Wait::run).collect(Collectors.toSet());
        var needs = Needs.of(runs, tenant, all);
        var found = Deadlocks.find(all, needs, runs.find(tenant, ids));
        var touched = new TreeSet<String>();
        for (var victim : found) {
            var failure = WaitFailure.deadlock(victim.cycle());
            all.stream()
                    .filter(wait -> wait.run().equals(victim.run()) && !wait.holds())
                    .forEach(wait -> fail(wait, failure, touched));
        }
        grant(tenant, touched);
        return found.size();
    }

    /** In pages, at most so many. */
    private List<Wait> all(String tenant, int most) {
        var all = new ArrayList<Wait>();
        var page = store.all(tenant, 0, PAGE);
        while (!page.isEmpty() && all.size() < most) {
            all.addAll(page);
            page = store.all(tenant, page.getLast().ticket(), PAGE);
        }
        return all;
    }

    // --- looks

    /** Who waits for what, and who holds what; inside a transaction of the tenant. */
    public WaitsView view(String tenant) {
        var waits = new ArrayList<WaitsView.Waiting>();
        var holds = new ArrayList<WaitsView.Held>();
        var all = all(tenant, MOST_SHOWN);
        var needs = Needs.of(runs, tenant, all);
        var lines = new Lines(store, tenant, all);
        for (var wait : all) {
            var asked = wait.asked();
            if (wait.holds()) {
                wait.locks()
                        .forEach(lock ->
                                holds.add(
                                        new WaitsView.Held(
                                                lock.name(),
                                                asked.run(),
                                                asked.step(),
                                                lock.permits(),
                                                lock.limit(),
                                                lock.keep(),
                                                wait.since())));
            } else {
                waits.add(
                        new WaitsView.Waiting(
                                asked.run(),
                                asked.step(),
                                asked.at(),
                                asked.until(),
                                obstacles(wait, needs, lines)));
            }
        }
        return new WaitsView(waits, holds);
    }

    /** What each step of the run that waits now waits for; inside a transaction of the tenant. */
    public SortedMap<String, String> told(String tenant, String run) {
        var told = new TreeMap<String, String>();
        for (var wait : store.ofRun(tenant, run)) {
            if (!wait.holds()) {
                told.put(wait.asked().step(), told(wait));
            }
        }
        return told;
    }

    private String told(Wait wait) {
        var on = obstacles(wait);
        var since =
                on.size() == 1 && on.getFirst().lock() != null
                        ? new Lines(store, wait.asked().tenant()).heldSince(on.getFirst().lock())
                        : null;
        return Needs.told(on) + (since == null ? "" : " since " + since);
    }

    /** How many steps of all tenants wait for locks and for runs. */
    public Counts counts() {
        return transactions.asSystem(
                () -> new Counts(store.count(State.IN_LINE), store.count(State.FOR_RUNS)));
    }

    /** How many steps wait. */
    public record Counts(int forLocks, int forRuns) {}
}
