package dev.kintsugi.client.worker;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import dev.kintsugi.client.task.WorkerProtocol.RefusedReportException;
import dev.kintsugi.client.task.WorkerProtocol.StaleLeaseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker loop: leases tasks while it has room, renews all its leases by one heartbeat, reports
 * each result until the server has it or the lease is lost. It owns no thread and no clock: {@link
 * Runtime} gives both, so that the same loop serves in production and in simulation.
 */
public final class Worker {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** Who may not wait at the server asks at least so often. */
    private static final Duration LONGEST_IDLE_PAUSE = Duration.ofSeconds(2);

    /** How long a second request may wait, which asks for what the first did not. */
    private static final Duration SHORT_PATIENCE = Duration.ofMillis(250);

    /** Most tasks one request asks for, as the protocol has it. */
    private static final int MOST_ASKED = 256;

    private static final int HEARTBEATS_PER_LEASE = 3;

    private final Settings settings;
    private final WorkerProtocol server;
    private final Runtime runtime;
    private final Map<String, HeldTask> held = new TreeMap<>();

    /** What it asks the server for now: one long request and, besides, at most one short. */
    private final List<LeaseRequest> asking = new ArrayList<>();

    private boolean open;
    private volatile Duration pause = FIRST_PAUSE;

    public Worker(Settings settings, WorkerProtocol server, Runtime runtime) {
        this.settings = requireNonNull(settings, "settings");
        this.server = requireNonNull(server, "server");
        this.runtime = requireNonNull(runtime, "runtime");
    }

    /**
     * How a worker works.
     *
     * @param id 1 to 100 characters, unique among living workers
     * @param tenant the only tenant it works for; null for all
     * @param slots how many tasks of each class it does at once
     * @param kinds what it can do of work that asks for no agent
     * @param agents agents it offers
     * @param capacity most tasks at once over all classes, 1 to 1,000
     * @param heartbeat time between heartbeats; a third of the server's lease length: work whose
     *     lease was not renewed for three of them is stopped, because another has it
     * @param patience how long one request for work may wait at the server
     */
    public record Settings(
            String id,
            @Nullable String tenant,
            SortedMap<QueueClass, Integer> slots,
            SortedSet<TaskKind> kinds,
            SortedSet<String> agents,
            int capacity,
            Duration heartbeat,
            Duration patience) {
        public Settings {
            slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
            kinds = Collections.unmodifiableSortedSet(new TreeSet<>(kinds));
            agents = Collections.unmodifiableSortedSet(new TreeSet<>(agents));
            if (capacity < 1 || capacity > 1_000) {
                throw new IllegalArgumentException(
                        "capacity must be in [1, 1000], was " + capacity);
            }
        }
    }

    /** Threads and time, given from outside. */
    public interface Runtime {
        /** A clock that only goes forward, in nanoseconds. */
        long nanos();

        /** Runs soon, on some thread; may block there. */
        void execute(Runnable action);

        /** Runs after the delay, on some thread; may block there. */
        void schedule(Duration delay, Runnable action);

        /** Does the task, then calls {@code done} exactly once. */
        void start(
                LeasedTask task, TaskContext context, java.util.function.Consumer<TaskResult> done);
    }

    /** Begins to take work. */
    public synchronized void start() {
        open = true;
        ensurePolling();
        runtime.schedule(settings.heartbeat(), this::heartbeatForever);
    }

    /** Takes no more work; what it holds goes on. */
    public synchronized void drain() {
        open = false;
    }

    /** Takes no more work, stops what runs and gives every lease back. */
    public void stop(String reason) {
        List<HeldTask> given;
        synchronized (this) {
            open = false;
            given = List.copyOf(held.values());
            held.clear();
        }
        attempt("leave", () -> server.leave(settings.id()));
        for (var task : given) {
            task.cancel();
            giveBack(task.leased().lease(), true, reason);
        }
    }

    /** How many tasks it holds. */
    public synchronized int holding() {
        return held.size();
    }

    /**
     * Asks for as much as there is room for. What becomes free while a request waits at the server
     * is asked for by a second one, because the first knows nothing of it.
     */
    private synchronized void ensurePolling() {
        var isFirst = asking.isEmpty();
        if (!open || (!isFirst && (asking.size() > 1 || settings.patience().isZero()))) {
            return;
        }
        var room =
                settings.capacity()
                        - held.size()
                        - asking.stream().mapToInt(LeaseRequest::max).sum();
        var slots = freeSlots();
        if (room <= 0 || slots.isEmpty()) {
            return;
        }
        var most = Math.min(room, slots.values().stream().mapToInt(Integer::intValue).sum());
        var max = Math.min(most, MOST_ASKED);
        var patience =
                isFirst || settings.patience().compareTo(SHORT_PATIENCE) < 0
                        ? settings.patience()
                        : SHORT_PATIENCE;
        var request =
                new LeaseRequest(
                        settings.id(),
                        settings.tenant(),
                        slots,
                        settings.kinds(),
                        settings.agents(),
                        max,
                        patience);
        asking.add(request);
        runtime.execute(() -> poll(request));
    }

    private void poll(LeaseRequest request) {
        List<LeasedTask> tasks;
        try {
            tasks = server.lease(request);
        } catch (RuntimeException e) {
            log.warn(
                    "worker {} cannot ask for work, tries again in {}: {}",
                    settings.id(),
                    pause,
                    e.toString());
            askAgainIn(pause, request);
            pause = doubled(pause);
            return;
        }
        if (tasks.isEmpty() && request.patience().isZero()) {
            var idle = pause.compareTo(LONGEST_IDLE_PAUSE) < 0 ? pause : LONGEST_IDLE_PAUSE;
            pause = doubled(idle);
            askAgainIn(idle, request);
        } else {
            pause = FIRST_PAUSE;
            take(tasks, request);
            askAgain(tasks.isEmpty());
        }
    }

    private void askAgainIn(Duration delay, LeaseRequest request) {
        runtime.schedule(
                delay,
                () -> {
                    take(List.of(), request);
                    askAgain(true);
                });
    }

    /** A request that brought nothing leaves the asking to a short one that ends soon anyway. */
    private synchronized void askAgain(boolean inVain) {
        var soon =
                asking.stream().anyMatch(other -> other.patience().compareTo(SHORT_PATIENCE) <= 0);
        if (!inVain || !soon) {
            ensurePolling();
        }
    }

    private static Duration doubled(Duration pause) {
        var longer = pause.multipliedBy(2);
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    private SortedMap<QueueClass, Integer> freeSlots() {
        var used = new EnumMap<QueueClass, Integer>(QueueClass.class);
        held.values().forEach(h -> used.merge(h.leased().queue(), 1, Integer::sum));
        asking.forEach(request ->
                request.slots().forEach((queue, count) -> used.merge(queue, count, Integer::sum)));
        var free = new TreeMap<QueueClass, Integer>();
        settings.slots()
                .forEach((queue, limit) -> {
                    var left = limit - used.getOrDefault(queue, 0);
                    if (left > 0) {
                        free.put(queue, left);
                    }
                });
        return free;
    }

    /** Begins what the server gave; what comes after the stop goes back at once. */
    private void take(List<LeasedTask> tasks, LeaseRequest request) {
        Taken taken;
        synchronized (this) {
            asking.remove(request);
            taken = hold(tasks);
        }
        begin(taken);
    }

    /**
     * What became of tasks that came in.
     *
     * @param begun to be started
     * @param superseded older leases of the same tasks, to be stopped first
     * @param late came after the stop
     */
    private record Taken(List<HeldTask> begun, List<HeldTask> superseded, List<LeasedTask> late) {}

    private Taken hold(List<LeasedTask> tasks) {
        if (!open) {
            return new Taken(List.of(), List.of(), tasks);
        }
        var begun = new ArrayList<HeldTask>();
        var superseded = new ArrayList<HeldTask>();
        for (var leased : tasks) {
            var before = held.get(leased.task().key());
            if (before != null && before.leased().token() >= leased.token()) {
                continue; // told twice, or late
            }
            if (before != null) {
                superseded.add(before);
            }
            var mine = new HeldTask(leased, server, settings.id(), runtime.nanos());
            held.put(leased.task().key(), mine);
            begun.add(mine);
        }
        return new Taken(begun, superseded, List.of());
    }

    private void begin(Taken taken) {
        taken.late().forEach(late -> giveBack(late.lease(), false, "the worker has stopped"));
        taken.superseded().forEach(HeldTask::cancel);
        taken.begun()
                .forEach(mine ->
                        runtime.start(
                                mine.leased(), mine, result -> report(mine, result, FIRST_PAUSE)));
    }

    private void giveBack(Lease lease, boolean started, String reason) {
        attempt("give back", () -> server.release(settings.id(), lease, started, reason));
    }

    private void report(HeldTask mine, TaskResult result, Duration pauseAfterError) {
        @Nullable LeaseRequest next;
        synchronized (this) {
            if (!isHeld(mine)) {
                next = null; // given back or lost: nobody waits for this result
            } else {
                next = instead(mine);
            }
        }
        if (next == null) {
            settle(mine, result);
            return;
        }
        mine.sendLog(); // under the lease that ends with the report
        try {
            mine.sendReceipt();
            replace(mine, server.complete(mine.leased().lease(), result, next));
        } catch (StaleLeaseException e) {
            log.info("worker {} is too late: {}", settings.id(), e.getMessage());
            replace(mine, List.of());
        } catch (RefusedReportException e) {
            refused(mine, result, e);
        } catch (RuntimeException e) {
            log.warn(
                    "worker {} cannot report {}, tries again: {}",
                    settings.id(),
                    mine.leased().task().key(),
                    e.toString());
            runtime.schedule(pauseAfterError, () -> report(mine, result, doubled(pauseAfterError)));
        }
    }

    /** Says so in the place of what the server will never take, once. */
    private void refused(HeldTask mine, TaskResult result, RefusedReportException e) {
        log.warn(
                "the server refuses what worker {} reports of {}: {}",
                settings.id(),
                mine.leased().task().key(),
                e.getMessage());
        if (WorkerError.is(result)) {
            replace(mine, List.of());
            giveBack(mine.lease(), true, "the server refuses what is reported");
        } else {
            var said = "the server refused the result: " + e.getMessage();
            report(mine, WorkerError.of(said, result.usage()), FIRST_PAUSE);
        }
    }

    /** What work cost counts, also when it is no longer wanted; and others wait for its end. */
    private void settle(HeldTask mine, TaskResult result) {
        if (mine.unwanted()) {
            attempt("say that a task has stopped", () -> sayStopped(mine, result));
        }
    }

    private void sayStopped(HeldTask mine, TaskResult result) {
        try {
            var _ = server.complete(mine.leased().lease(), result, nothing(mine));
        } catch (StaleLeaseException _) {
            log.debug("{} was not wanted any more", mine.lease());
        }
    }

    private LeaseRequest nothing(HeldTask mine) {
        return new LeaseRequest(
                settings.id(),
                settings.tenant(),
                new TreeMap<>(Map.of(mine.leased().queue(), 1)),
                settings.kinds(),
                settings.agents(),
                0,
                Duration.ZERO);
    }

    /** Asks for one task in the place of this one. */
    private LeaseRequest instead(HeldTask mine) {
        var slot = new TreeMap<QueueClass, Integer>();
        slot.put(mine.leased().queue(), 1);
        return new LeaseRequest(
                settings.id(),
                settings.tenant(),
                slot,
                settings.kinds(),
                settings.agents(),
                open ? 1 : 0,
                Duration.ZERO);
    }

    /** In one step, so that nobody asks for the slot that the next task takes. */
    private void replace(HeldTask mine, List<LeasedTask> next) {
        Taken taken;
        synchronized (this) {
            held.remove(mine.leased().task().key(), mine);
            taken = hold(next);
            ensurePolling();
        }
        begin(taken);
    }

    /** The next is due at its time also while this one waits for an answer. */
    private void heartbeatForever() {
        synchronized (this) {
            if (!open && held.isEmpty()) {
                return;
            }
            runtime.schedule(settings.heartbeat(), this::heartbeatForever);
        }
        heartbeat();
    }

    /** Renews every lease now and stops the work of those that are lost. */
    public void heartbeat() {
        List<HeldTask> all;
        synchronized (this) {
            all = List.copyOf(held.values());
        }
        if (all.isEmpty()) {
            return;
        }
        var asked = runtime.nanos();
        try {
            var lost = server.heartbeat(settings.id(), all.stream().map(HeldTask::lease).toList());
            all.forEach(task -> task.renewed(asked));
            lost.forEach(this::lose);
        } catch (RuntimeException e) {
            log.warn("worker {} cannot renew its leases: {}", settings.id(), e.toString());
            all.forEach(this::loseInTime);
        }
    }

    /** Stops the work at the moment its lease runs out, unless it is renewed by then. */
    private void loseInTime(HeldTask mine) {
        var left =
                settings.heartbeat()
                        .multipliedBy(HEARTBEATS_PER_LEASE)
                        .minusNanos(runtime.nanos() - mine.renewedAt());
        if (left.isPositive()) {
            runtime.schedule(left, () -> loseIfOver(mine));
        } else {
            loseIfOver(mine);
        }
    }

    private void loseIfOver(HeldTask mine) {
        var lease = settings.heartbeat().multipliedBy(HEARTBEATS_PER_LEASE);
        if (runtime.nanos() - mine.renewedAt() < lease.toNanos() || !isHeld(mine)) {
            return;
        }
        log.warn("worker {} stops {}: its lease ran out", settings.id(), mine.lease().key());
        lose(new LostLease(mine.lease(), LostLease.EXPIRED));
        giveBack(mine.lease(), true, "the worker did not reach the server for a lease");
    }

    private synchronized boolean isHeld(HeldTask mine) {
        return held.get(mine.leased().task().key()) == mine;
    }

    private void lose(LostLease lost) {
        var lease = lost.lease();
        HeldTask mine;
        synchronized (this) {
            mine = held.get(lease.key());
            if (mine == null || mine.leased().token() != lease.token()) {
                return;
            }
            if (lost.reason().equals(LostLease.CANCELLED)) {
                mine.notWanted();
            }
            held.remove(lease.key());
            ensurePolling();
        }
        mine.cancel();
    }

    private void attempt(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            log.warn("worker {} cannot {}: {}", settings.id(), what, e.toString());
        }
    }
}
