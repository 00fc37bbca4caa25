package dev.kintsugi.server.queue;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions.Cell;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/** The queue in memory, for simulations. */
public final class MemoryTaskStore implements TaskStore {
    private final Cell<PSortedMap<String, Row>> live;
    private final Cell<PSortedMap<String, Row>> ended;
    private final Cell<PSortedMap<String, String>> progress;
    private final Cell<PSortedMap<String, String>> receipts;
    private final Cell<Long> ids;
    private final Cell<Long> tokens;
    private final String home;
    private final SortedMap<QueueClass, Integer> limits;

    /**
     * @param home of this server: tasks that only another's can do are left to it
     * @param limits most tasks leased at once per class; a class that is not named has no limit
     */
    public MemoryTaskStore(
            MemoryTransactions transactions, String home, SortedMap<QueueClass, Integer> limits) {
        this.home = home;
        live = transactions.cell(TreePMap.empty());
        ended = transactions.cell(TreePMap.empty());
        progress = transactions.cell(TreePMap.empty());
        receipts = transactions.cell(TreePMap.empty());
        ids = transactions.cell(0L);
        tokens = transactions.cell(0L);
        this.limits = new TreeMap<>(limits);
    }

    private enum Status {
        QUEUED,
        LEASED,
        LOST,
        CANCELLED
    }

    private record Row(
            long id,
            QueuedTask queued,
            Status status,
            long token,
            @Nullable String worker,
            @Nullable Instant acquiredAt,
            @Nullable Instant expiresAt,
            @Nullable Instant endedAt) {
        Row with(Status next, @Nullable Instant end) {
            return new Row(id, queued, next, token, worker, acquiredAt, expiresAt, end);
        }

        boolean is(Lease lease) {
            return status == Status.LEASED && token == lease.token();
        }
    }

    @Override
    public void put(List<QueuedTask> tasks) {
        for (var queued : tasks) {
            var key = queued.task().key();
            var known = row(key);
            if (known == null) {
                ids.set(ids.get() + 1);
                replace(key, new Row(ids.get(), queued, Status.QUEUED, 0, null, null, null, null));
            } else if (known.status == Status.LOST) {
                replace(
                        key,
                        new Row(
                                known.id,
                                queued,
                                Status.QUEUED,
                                known.token,
                                null,
                                null,
                                null,
                                null));
            }
        }
    }

    @Override
    public List<LeasedTask> give(List<Gift> gifts, Instant now, Instant expiresAt) {
        var given = new ArrayList<LeasedTask>();
        for (var gift : gifts) {
            var key = gift.queued().task().key();
            var before = row(key);
            if (before == null || before.status == Status.LOST) {
                put(List.of(gift.queued()));
                var row = requireNonNull(row(key));
                given.add(lease(row, requireNonNull(gift.worker()), now, expiresAt));
            }
        }
        return given;
    }

    @Override
    public boolean isHere(QueuedTask task) {
        return task.home() == null || task.home().equals(home);
    }

    @Override
    public SortedSet<QueueClass> waiting(SortedSet<QueueClass> queues, Instant now) {
        var waiting = new TreeSet<QueueClass>();
        for (var row : live.get().values()) {
            if (row.status == Status.QUEUED
                    && queues.contains(row.queued.queue())
                    && !row.queued.availableAt().isAfter(now)) {
                waiting.add(row.queued.queue());
            }
        }
        return waiting;
    }

    @Override
    public List<LeasedTask> claim(LeaseRequest request, Instant now, Instant expiresAt) {
        return claim(request, now, expiresAt, this::free);
    }

    @Override
    public List<LeasedTask> handOver(LeaseRequest request, Instant now, Instant expiresAt) {
        return claim(request, now, expiresAt, _ -> Integer.MAX_VALUE);
    }

    private List<LeasedTask> claim(
            LeaseRequest request, Instant now, Instant expiresAt, ToIntFunction<QueueClass> free) {
        var claimed = new ArrayList<LeasedTask>();
        var waiting = waiting(request, now);
        if (waiting.isEmpty()) {
            return claimed;
        }
        for (var slot : request.slots().entrySet()) {
            var queue = slot.getKey();
            var room = Math.min(slot.getValue(), request.max() - claimed.size());
            room = Math.min(room, free.applyAsInt(queue));
            var left = request.tenant() == null ? 0 : reserved(queue, request.tenant(), now);
            if (left > 0) {
                room = Math.min(room, free(queue) - left);
            }
            fairly(queue, waiting).stream()
                    .limit(Math.max(0, room))
                    .forEach(row -> claimed.add(lease(row, request.worker(), now, expiresAt)));
        }
        return claimed;
    }

    /** The tenant that has the fewest leases of the class goes first; its own tasks go by rank. */
    private List<Row> fairly(QueueClass queue, List<Row> waiting) {
        var shares = new TreeMap<String, Integer>();
        var places = new TreeMap<Long, Integer>();
        var ofClass = waiting.stream().filter(row -> row.queued.queue() == queue).toList();
        for (var row : ofClass) {
            var tenant = row.queued.task().tenant();
            var held = shares.computeIfAbsent(tenant, one -> held(queue, one));
            shares.put(tenant, held + 1);
            places.put(row.id, held + 1);
        }
        return ofClass.stream()
                .sorted(Comparator.comparingInt(row -> places.getOrDefault(row.id, 0)))
                .toList();
    }

    private int held(QueueClass queue, String tenant) {
        return count(row ->
                row.status == Status.LEASED
                        && row.queued.queue() == queue
                        && row.queued.task().tenant().equals(tenant));
    }

    /** One slot for each tenant that waits and has fewer than this one; half of all at most. */
    private int reserved(QueueClass queue, String tenant, Instant now) {
        var own = held(queue, tenant);
        var others =
                live.get().values().stream()
                        .filter(row -> row.status == Status.QUEUED && row.queued.queue() == queue)
                        .filter(row -> !row.queued.availableAt().isAfter(now))
                        .map(row -> row.queued.task().tenant())
                        .filter(other -> !other.equals(tenant))
                        .distinct()
                        .filter(other -> held(queue, other) < own)
                        .count();
        return (int) Math.min(limits.getOrDefault(queue, Integer.MAX_VALUE) / 2, others);
    }

    private LeasedTask lease(Row row, String worker, Instant now, Instant expiresAt) {
        tokens.set(tokens.get() + 1);
        progress.set(progress.get().minus(row.queued.task().key()));
        receipts.set(receipts.get().minus(row.queued.task().key()));
        replace(
                row.queued.task().key(),
                new Row(
                        row.id,
                        row.queued,
                        Status.LEASED,
                        tokens.get(),
                        worker,
                        now,
                        expiresAt,
                        null));
        return new LeasedTask(row.queued.task(), row.queued.queue(), tokens.get(), expiresAt);
    }

    /** Most urgent first; looked for before limits, as most requests of idle workers find none. */
    private List<Row> waiting(LeaseRequest request, Instant now) {
        var waiting = new ArrayList<Row>();
        for (var row : live.get().values()) {
            if (row.status == Status.QUEUED
                    && !row.queued.availableAt().isAfter(now)
                    && (row.queued.home() == null || row.queued.home().equals(home))
                    && Hand.suits(request, row.queued.task())) {
                waiting.add(row);
            }
        }
        waiting.sort(
                Comparator.<Row>comparingLong(row -> row.queued.rank()).thenComparingLong(Row::id));
        return waiting;
    }

    @Override
    public int free(QueueClass queue) {
        var leased = count(row -> row.status == Status.LEASED && row.queued.queue() == queue);
        return limits.getOrDefault(queue, Integer.MAX_VALUE) - leased;
    }

    private int count(Predicate<Row> which) {
        return (int) live.get().values().stream().filter(which).count();
    }

    private @Nullable Row row(String key) {
        var row = live.get().get(key);
        return row == null ? ended.get().get(key) : row;
    }

    @Override
    public Optional<Task> held(Lease lease) {
        return row(lease).map(row -> row.queued.task());
    }

    @Override
    public Optional<Task> known(Lease lease) {
        return Optional.ofNullable(row(lease.key()))
                .filter(row -> row.token == lease.token())
                .map(row -> row.queued.task());
    }

    private Optional<Row> row(Lease lease) {
        return Optional.ofNullable(live.get().get(lease.key())).filter(row -> row.is(lease));
    }

    @Override
    public Map<Lease, Ended> finish(List<Lease> leases, Instant now, End how) {
        var finished = new HashMap<Lease, Ended>();
        for (var lease : leases) {
            row(lease)
                    .ifPresent(held -> {
                        finished.put(lease, ended(held));
                        switch (how) {
                            case DONE -> forget(lease.key());
                            case LOST -> replace(lease.key(), held.with(Status.LOST, now));
                        }
                    });
        }
        return finished;
    }

    @Override
    public Map<Lease, Task> settleCancelled(List<Lease> leases) {
        var settled = new HashMap<Lease, Task>();
        for (var lease : leases) {
            var row = row(lease.key());
            if (row != null && row.status == Status.CANCELLED && row.token == lease.token()) {
                forget(lease.key());
                settled.put(lease, row.queued.task());
            }
        }
        return settled;
    }

    @Override
    public List<LostLease> renew(
            String worker, List<Lease> leases, Instant now, Instant expiresAt) {
        var lost = new ArrayList<LostLease>();
        for (var lease : leases) {
            var found = row(lease.key());
            var row = found != null && worker.equals(found.worker) ? found : null;
            if (row != null && row.is(lease)) {
                replace(
                        lease.key(),
                        new Row(
                                row.id,
                                row.queued,
                                row.status,
                                row.token,
                                row.worker,
                                row.acquiredAt,
                                expiresAt,
                                null));
            } else {
                var cancelled =
                        row != null && row.token == lease.token() && row.status == Status.CANCELLED;
                lost.add(new LostLease(lease, cancelled ? "cancelled" : "expired"));
            }
        }
        return lost;
    }

    @Override
    public List<Ended> expire(Instant now, int limit) {
        var expired =
                live.get().values().stream()
                        .filter(row -> row.status == Status.LEASED)
                        .filter(row -> row.expiresAt != null && !row.expiresAt.isAfter(now))
                        .sorted(Comparator.comparingLong(Row::id))
                        .limit(limit)
                        .toList();
        expired.forEach(row -> replace(row.queued.task().key(), row.with(Status.LOST, now)));
        return expired.stream().map(this::ended).toList();
    }

    @Override
    public List<LeasedTask> overdue(Instant now, int limit) {
        return live.get().values().stream()
                .filter(row -> row.status == Status.LEASED && isOverdue(row, now))
                .limit(limit)
                .map(row ->
                        new LeasedTask(
                                row.queued.task(),
                                row.queued.queue(),
                                row.token,
                                requireNonNull(row.expiresAt)))
                .toList();
    }

    private static boolean isOverdue(Row row, Instant now) {
        var task = row.queued.task();
        return task.agent() != null
                && task.definition() != null
                && row.acquiredAt != null
                && !row.acquiredAt.plus(task.definition().timeout()).isAfter(now);
    }

    @Override
    public List<Ended> takeBack(String worker, Instant now) {
        var held =
                live.get().values().stream()
                        .filter(row -> row.status == Status.LEASED && worker.equals(row.worker))
                        .toList();
        held.forEach(row -> replace(row.queued.task().key(), row.with(Status.LOST, now)));
        return held.stream().map(this::ended).toList();
    }

    @Override
    public void cancel(List<String> keys, Instant now) {
        for (var key : keys) {
            var row = row(key);
            if (row != null) {
                replace(key, row.with(Status.CANCELLED, now));
            }
        }
    }

    @Override
    public List<AtWork> atWork(List<String> runs, Instant now) {
        var found = new ArrayList<AtWork>();
        for (var row : ended.get().values()) {
            var task = row.queued.task();
            if (row.status == Status.CANCELLED
                    && runs.contains(task.run())
                    && row.expiresAt != null
                    && row.expiresAt.isAfter(now)) {
                found.add(new AtWork(task, row.expiresAt));
            }
        }
        return found;
    }

    @Override
    public SortedSet<String> everLeased(List<String> keys) {
        var found = new TreeSet<String>();
        for (var key : keys) {
            var row = row(key);
            if (row != null && row.token > 0) {
                found.add(key);
            }
        }
        return found;
    }

    @Override
    public SortedMap<QueueClass, Depth> depths() {
        var depths = new TreeMap<QueueClass, Depth>();
        for (var queue : QueueClass.values()) {
            depths.put(
                    queue,
                    new Depth(
                            count(row ->
                                    row.status == Status.QUEUED && row.queued.queue() == queue),
                            count(row ->
                                    row.status == Status.LEASED && row.queued.queue() == queue)));
        }
        return depths;
    }

    @Override
    public SortedMap<String, Running> running(String run) {
        var running = new TreeMap<String, Running>();
        for (var row : live.get().values()) {
            if (row.status == Status.LEASED
                    && row.acquiredAt != null
                    && row.queued.task().run().equals(run)) {
                running.put(
                        row.queued.task().key(),
                        new Running(row.acquiredAt, progress.get().get(row.queued.task().key())));
            }
        }
        return running;
    }

    private Ended ended(Row row) {
        var task = row.queued.task();
        return new Ended(task, row.queued.queue(), receipts.get().get(task.key()));
    }

    @Override
    public boolean receipt(Lease lease, String text) {
        var held = row(lease).isPresent();
        if (held && !receipts.get().containsKey(lease.key())) {
            receipts.set(receipts.get().plus(lease.key(), text));
        }
        return held;
    }

    @Override
    public SortedMap<String, String> receipts(List<String> keys) {
        var found = new TreeMap<String, String>();
        for (var key : keys) {
            var text = receipts.get().get(key);
            if (text != null) {
                found.put(key, text);
            }
        }
        return found;
    }

    @Override
    public void progress(String worker, Map<Lease, String> said) {
        said.forEach((lease, text) ->
                row(lease)
                        .filter(row -> worker.equals(row.worker))
                        .ifPresent(_ -> progress.set(progress.get().plus(lease.key(), text))));
    }

    private void forget(String key) {
        live.set(live.get().minus(key));
        ended.set(ended.get().minus(key));
        progress.set(progress.get().minus(key));
        receipts.set(receipts.get().minus(key));
    }

    private void replace(String key, Row row) {
        var isLive = row.status == Status.QUEUED || row.status == Status.LEASED;
        live.set(isLive ? live.get().plus(key, row) : live.get().minus(key));
        ended.set(isLive ? ended.get().minus(key) : ended.get().plus(key, row));
    }
}
