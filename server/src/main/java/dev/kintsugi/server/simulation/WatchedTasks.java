package dev.kintsugi.server.simulation;

import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.QueuedTask;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.machine.RunMachine;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What must hold of leases, told from what is committed: only the newest lease of a task is
 * honoured, each ends once, none that was renewed in time is taken back, and no class has more than
 * its limit.
 */
final class WatchedTasks implements TaskStore {
    /** What two servers may differ in when they say what time it is. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(3);

    private final TaskStore store;
    private final Transactions transactions;
    private final SortedMap<QueueClass, Integer> limits;
    private final Invariants invariants;
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, Instant> expiry = new HashMap<>();
    private final Map<String, String> runOfLive = new HashMap<>();
    private final Map<String, QueueClass> leased = new HashMap<>();
    private final Set<Lease> completed = new HashSet<>();
    private final Map<String, Waits> locked = new HashMap<>();
    private final Map<String, Stopping> stopping = new HashMap<>();

    /** What was cancelled while a worker had it, which may go on until then. */
    private record Stopping(Waits waits, Instant until) {}

    /**
     * @param store the store that is watched
     * @param transactions as they are, without faults
     */
    WatchedTasks(
            TaskStore store,
            Transactions transactions,
            SortedMap<QueueClass, Integer> limits,
            Invariants invariants) {
        this.store = store;
        this.transactions = transactions;
        this.limits = new TreeMap<>(limits);
        this.invariants = invariants;
    }

    @Override
    public void put(List<QueuedTask> tasks) {
        store.put(tasks);
        transactions.afterCommit(() -> tasks.forEach(this::dispatched));
    }

    private void dispatched(QueuedTask queued) {
        runOfLive.put(queued.task().key(), queued.task().run());
        invariants.dispatched(queued.task());
    }

    @Override
    public List<LeasedTask> give(List<Gift> gifts, Instant now, Instant expiresAt) {
        transactions.afterCommit(() -> gifts.forEach(gift -> dispatched(gift.queued())));
        return granted(store.give(gifts, now, expiresAt), now);
    }

    @Override
    public boolean isHere(QueuedTask task) {
        return store.isHere(task);
    }

    @Override
    public SortedSet<QueueClass> waiting(SortedSet<QueueClass> queues, Instant now) {
        return store.waiting(queues, now);
    }

    @Override
    public int free(QueueClass queue) {
        return store.free(queue);
    }

    /** Whether a task of the run waits or is in somebody's hands. */
    boolean hasTaskOf(String run) {
        return runOfLive.containsValue(run);
    }

    private void gone(String key) {
        runOfLive.remove(key);
        leased.remove(key);
        locked.remove(key);
    }

    @Override
    public List<LeasedTask> claim(LeaseRequest request, Instant now, Instant expiresAt) {
        return granted(store.claim(request, now, expiresAt), now);
    }

    @Override
    public List<LeasedTask> handOver(LeaseRequest request, Instant now, Instant expiresAt) {
        return granted(store.handOver(request, now, expiresAt), now);
    }

    private List<LeasedTask> granted(List<LeasedTask> tasks, Instant now) {
        if (!tasks.isEmpty()) {
            transactions.afterCommit(() -> {
                stopping.values().removeIf(one -> !now.plus(CLOCKS_APART).isBefore(one.until));
                tasks.forEach(this::grant);
                limits.forEach(this::holds);
            });
        }
        return tasks;
    }

    private void grant(LeasedTask task) {
        var key = task.task().key();
        var before = newest.put(key, task.token());
        expiry.put(key, task.expiresAt());
        var other = leased.put(key, task.queue());
        invariants.check(other == null, key + " was leased although somebody had it");
        under(task.task());
        invariants.handedOut(task.task());
        invariants.check(
                before == null || before < task.token(),
                "%s was leased with token %d after %d".formatted(key, task.token(), before));
    }

    /** Counted by the tasks that workers have, apart from what is kept of locks. */
    private void under(Task task) {
        var definition = task.definition();
        if (definition == null
                || definition.waits() == null
                || !RunMachine.isUnderLocks(task.kind())) {
            return;
        }
        locked.put(task.key(), definition.waits());
        for (var lock : definition.waits().locks()) {
            var permits =
                    Stream.concat(
                                    locked.values().stream(),
                                    stopping.values().stream().map(Stopping::waits))
                            .flatMap(waits -> waits.locks().stream())
                            .filter(other -> other.name().equals(lock.name()))
                            .mapToInt(Lock::permits)
                            .sum();
            invariants.check(
                    permits <= lock.limit(),
                    "%s was handed out under lock %s, of which %d of %d permits are in use"
                            .formatted(task.key(), lock.name(), permits, lock.limit()));
        }
    }

    private void holds(QueueClass queue, int limit) {
        var many = leased.values().stream().filter(queue::equals).count();
        invariants.check(
                many <= limit,
                "%d tasks of class %s were leased, its limit is %d".formatted(many, queue, limit));
        if (many == limit) {
            invariants.reached(Reached.CLASS_FULL);
        }
    }

    @Override
    public Map<Lease, Ended> finish(List<Lease> leases, Instant now, End how) {
        var finished = store.finish(leases, now, how);
        transactions.afterCommit(() -> finished.keySet().forEach(lease -> ended(lease, how)));
        return finished;
    }

    @Override
    public Map<Lease, Task> settleCancelled(List<Lease> leases) {
        var settled = store.settleCancelled(leases);
        transactions.afterCommit(() -> {
            for (var lease : settled.keySet()) {
                stopping.remove(lease.key());
                invariants.check(completed.add(lease), lease + " was paid for twice");
            }
        });
        return settled;
    }

    private void ended(Lease lease, End how) {
        gone(lease.key());
        switch (how) {
            case DONE -> {
                current(lease, "completed");
                invariants.check(completed.add(lease), lease + " was completed twice");
            }
            case LOST -> {
                current(lease, "given back");
                invariants.reached(Reached.REDISPATCH);
            }
        }
    }

    @Override
    public List<LostLease> renew(
            String worker, List<Lease> leases, Instant now, Instant expiresAt) {
        var lost = store.renew(worker, leases, now, expiresAt);
        var gone = lost.stream().map(LostLease::lease).toList();
        transactions.afterCommit(() -> {
            for (var lease : leases) {
                if (!gone.contains(lease)) {
                    current(lease, "renewed");
                    expiry.put(lease.key(), expiresAt);
                }
            }
        });
        return lost;
    }

    private void current(Lease lease, String what) {
        invariants.check(
                newest.getOrDefault(lease.key(), -1L) == lease.token(),
                "%s was %s under token %d although token %d was given out after it"
                        .formatted(lease.key(), what, lease.token(), newest.get(lease.key())));
    }

    @Override
    public List<Ended> expire(Instant now, int limit) {
        var expired = store.expire(now, limit);
        if (!expired.isEmpty()) {
            transactions.afterCommit(() -> expired.forEach(one -> expired(one.task().key(), now)));
        }
        return expired;
    }

    private void expired(String key, Instant now) {
        gone(key);
        invariants.reached(Reached.REDISPATCH);
        var due = expiry.get(key);
        invariants.check(
                due == null || !now.isBefore(due),
                "the lease of %s was taken back although it was renewed in time".formatted(key));
    }

    @Override
    public Optional<Task> known(Lease lease) {
        return store.known(lease);
    }

    @Override
    public List<LeasedTask> overdue(Instant now, int limit) {
        return store.overdue(now, limit);
    }

    @Override
    public List<Ended> takeBack(String worker, Instant now) {
        var taken = store.takeBack(worker, now);
        transactions.afterCommit(() -> taken.forEach(one -> gone(one.task().key())));
        return taken;
    }

    @Override
    public List<AtWork> atWork(List<String> runs, Instant now) {
        return store.atWork(runs, now);
    }

    @Override
    public void cancel(List<String> keys, Instant now) {
        store.cancel(keys, now);
        transactions.afterCommit(() -> {
            for (var key : keys) {
                var waits = locked.get(key);
                var until = expiry.get(key);
                if (waits != null && until != null) {
                    stopping.put(key, new Stopping(waits, until));
                }
                gone(key);
            }
        });
    }

    @Override
    public Optional<Task> held(Lease lease) {
        return store.held(lease);
    }

    @Override
    public SortedSet<String> everLeased(List<String> keys) {
        return store.everLeased(keys);
    }

    @Override
    public boolean receipt(Lease lease, String text) {
        return store.receipt(lease, text);
    }

    @Override
    public SortedMap<String, String> receipts(List<String> keys) {
        return store.receipts(keys);
    }

    @Override
    public SortedMap<QueueClass, Depth> depths() {
        return store.depths();
    }

    @Override
    public SortedMap<String, Running> running(String run) {
        return store.running(run);
    }

    @Override
    public void progress(String worker, Map<Lease, String> said) {
        store.progress(worker, said);
    }
}
