package dev.kintsugi.server.queue;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.server.platform.Transactions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks between the run engine, which puts them in, and workers, who lease them. Each lease has a
 * fencing token that grows with every lease: a completion, heartbeat or log with an old one is
 * refused.
 */
public final class TaskQueue implements WorkerProtocol {
    private static final Logger log = LoggerFactory.getLogger(TaskQueue.class);

    /** How long a lease holds without a heartbeat. */
    public static final Duration LEASE = Duration.ofSeconds(30);

    /** Longest a request for work may wait. */
    public static final Duration MAX_PATIENCE = Duration.ofSeconds(30);

    /** Longest word of how far a task is, in characters; what comes beyond is cut off. */
    public static final int MAX_PROGRESS = 200;

    /** Most leases one sweep takes back. */
    public static final int SWEEP = 256;

    /**
     * How often a waiting request looks by itself, for work that other servers put in or whose time
     * has come.
     */
    private static final Duration LOOK = Duration.ofMillis(250);

    private static final LeaseRequest NOTHING =
            new LeaseRequest(
                    "", null, new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), 0, Duration.ZERO);

    /** Most workers whose latest look is remembered. */
    private static final int MOST_LOOKS = 10_000;

    private final Transactions transactions;
    private final TaskStore store;
    private final StepLogs logs;
    private final TaskOutcome outcome;
    private final InstantSource clock;
    private final Wakeups wakeups = new Wakeups();
    private volatile Bell bell = Bell.SILENT;
    private final Queue<Poll> polls = new ConcurrentLinkedQueue<>();
    private final Cache<Look, Look> inVain =
            Caffeine.newBuilder().expireAfterWrite(LOOK).maximumSize(MOST_LOOKS).build();
    private final Dealer dealer;
    private final List<Runnable> cancelled = new CopyOnWriteArrayList<>();

    public TaskQueue(
            Transactions transactions,
            TaskStore store,
            StepLogs logs,
            TaskOutcome outcome,
            InstantSource clock) {
        this.transactions = transactions;
        this.store = store;
        this.logs = logs;
        this.outcome = outcome;
        this.clock = clock;
        dealer = new Dealer(transactions, store, polls, wakeups, outcome);
    }

    private void announce(Set<QueueClass> classes) {
        wakeups.wake(classes);
        bell.ring(classes);
    }

    @Override
    public List<LeasedTask> lease(LeaseRequest request) {
        var patience =
                request.patience().compareTo(MAX_PATIENCE) < 0 ? request.patience() : MAX_PATIENCE;
        var poll = new Poll(request);
        polls.add(poll);
        try {
            return awaited(poll, patience);
        } finally {
            polls.remove(poll);
        }
    }

    /** How many requests wait here for somebody to put tasks in. */
    int waiting() {
        return (int) polls.stream().filter(Poll::isWaiting).count();
    }

    /**
     * A look for work that found none, after so much had come in: as long as no more has, another
     * would find none either.
     */
    private record Look(
            String worker,
            @Nullable String tenant,
            Set<QueueClass> classes,
            Set<TaskKind> kinds,
            Set<String> agents,
            long seen) {
        Look(LeaseRequest request, long seen) {
            this(
                    request.worker(),
                    request.tenant(),
                    Set.copyOf(request.slots().keySet()),
                    request.kinds(),
                    request.agents(),
                    seen);
        }
    }

    private List<LeasedTask> awaited(Poll poll, Duration longest) {
        var classes = poll.request().slots().keySet();
        var patience = longest;
        while (!poll.isGone()) {
            var seen = wakeups.count(classes);
            var look = new Look(poll.request(), seen);
            if (!patience.isPositive() || inVain.getIfPresent(look) == null) {
                var claimed = claim(poll.request());
                if (!claimed.isEmpty() || !patience.isPositive()) {
                    return claimed;
                }
                inVain.put(look, look);
            }
            var most = patience.compareTo(LOOK) < 0 ? patience : LOOK;
            poll.open();
            var left = wakeups.await(classes, seen, most, poll::isServed);
            var given = poll.close();
            if (!given.isEmpty() || left.isNegative()) {
                return given;
            }
            inVain.invalidate(look);
            patience = patience.minus(most.minus(left));
        }
        return List.of();
    }

    @Override
    public void leave(String worker) {
        polls.stream().filter(poll -> poll.request().worker().equals(worker)).forEach(Poll::leave);
        wakeups.wake(EnumSet.allOf(QueueClass.class));
    }

    private List<LeasedTask> claim(LeaseRequest request) {
        var claimed =
                transactions.asSystem(() -> {
                    var now = clock.instant();
                    return store.claim(request, now, now.plus(LEASE));
                });
        claimed.forEach(leased -> outcome.started(leased.task(), request.worker()));
        return claimed;
    }

    @Override
    public List<LostLease> heartbeat(String worker, List<Lease> leases) {
        return transactions.asSystem(() -> {
            var now = clock.instant();
            return store.renew(worker, leases, now, now.plus(LEASE));
        });
    }

    @Override
    public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
        return outcome.completed(new Completion(lease, result, next));
    }

    /**
     * Ends leases whose work is done, inside the caller's transaction.
     *
     * @return what those were of that were current
     */
    public Map<Lease, TaskStore.Ended> finish(List<Lease> leases) {
        return leases.isEmpty()
                ? Map.of()
                : store.finish(leases, clock.instant(), TaskStore.End.DONE);
    }

    /**
     * Ends leases that were cancelled before their workers reported, inside the caller's
     * transaction, so that each is settled once.
     *
     * @return their tasks
     */
    public Map<Lease, Task> settleCancelled(List<Lease> leases) {
        return leases.isEmpty() ? Map.of() : store.settleCancelled(leases);
    }

    /**
     * Puts tasks in, inside the caller's transaction, and leases what suits to those whose slots of
     * the same class were freed in it, and to requests that wait here. A class has no more leases
     * than before by the former, so its limit needs no look for them.
     *
     * @param tasks that were not in the queue, or were lost
     * @param freed are given what they get
     */
    public void deal(List<QueuedTask> tasks, List<Hand> freed) {
        if (!tasks.isEmpty() || !freed.isEmpty()) {
            dealer.deal(tasks, freed, clock.instant(), this::announce);
        }
    }

    @Override
    public void release(String worker, Lease lease, boolean started, String reason) {
        transactions.asSystem(() -> {
            var given = store.finish(List.of(lease), clock.instant(), TaskStore.End.LOST);
            given.values().forEach(ended -> outcome.lost(ended, started, reason));
            return given;
        });
    }

    @Override
    public void progress(String worker, Lease lease, String text) {
        progress(worker, Map.of(lease, text));
    }

    /** Says of many leases at once how far their work is, for people; the latest counts. */
    public void progress(String worker, Map<Lease, String> said) {
        var cut = new LinkedHashMap<Lease, String>();
        said.forEach((lease, text) ->
                cut.put(lease, text.substring(0, Math.min(MAX_PROGRESS, text.length()))));
        transactions.asSystem(() -> {
            store.progress(worker, cut);
            return cut;
        });
    }

    /** One statement, so that a lease that ends meanwhile either ends with it or refuses it. */
    @Override
    public void receipt(Lease lease, String receipt) {
        if (receipt.isBlank() || receipt.length() > MAX_RECEIPT) {
            throw new IllegalArgumentException(
                    "receipt must have 1 to %d characters, had %d"
                            .formatted(MAX_RECEIPT, receipt.length()));
        }
        if (!transactions.asSystem(() -> store.receipt(lease, receipt))) {
            throw new StaleLeaseException(lease);
        }
    }

    @Override
    public void log(Lease lease, long offset, byte[] bytes) {
        var task =
                transactions
                        .asSystem(() -> store.held(lease))
                        .orElseThrow(() -> new StaleLeaseException(lease));
        logs.append(task.tenant(), lease, offset, bytes);
    }

    /** Tells other servers of what is put in from now on, and hears what they put in. */
    public void join(Bell others) {
        bell = others;
        others.onRing(wakeups::wake);
    }

    /** Takes tasks out, inside the caller's transaction, whether they wait or a worker has them. */
    public void cancel(List<String> keys) {
        if (!keys.isEmpty()) {
            store.cancel(keys, clock.instant());
            transactions.afterCommit(() -> cancelled.forEach(Runnable::run));
        }
    }

    /** Cancelled tasks of the runs that workers may still be at. */
    public List<TaskStore.AtWork> atWork(List<String> runs) {
        return runs.isEmpty() ? List.of() : store.atWork(runs, clock.instant());
    }

    /**
     * Calls back after tasks were cancelled, so that a worker in this process need not wait for its
     * next heartbeat.
     */
    public void onCancelled(Runnable action) {
        cancelled.add(action);
    }

    /**
     * Takes back leases that ran out, up to {@link #SWEEP}. Safe to run on every server at once.
     */
    public int sweep() {
        timeOut();
        return transactions.asSystem(() -> {
            var expired = store.expire(clock.instant(), SWEEP);
            expired.forEach(ended -> outcome.lost(ended, true, "its lease ran out"));
            return expired.size();
        });
    }

    /**
     * Ends calls of agents whose step's time is over: a worker elsewhere need not keep to it. The
     * worker learns of it by its next heartbeat.
     */
    private void timeOut() {
        var overdue = transactions.asSystem(() -> store.overdue(clock.instant(), SWEEP));
        for (var leased : overdue) {
            try {
                complete(leased.lease(), timedOut(leased.task()), NOTHING);
            } catch (StaleLeaseException _) {
                log.debug("{} ended in time after all", leased.lease());
            } catch (RuntimeException e) { // one run's trouble must not keep others' leases
                log.warn("{} cannot be ended though its time is over", leased.lease(), e);
            }
        }
    }

    private static TaskResult timedOut(Task task) {
        var timeout = requireNonNull(task.definition()).timeout();
        return new TaskResult.Failed(
                new Failure(
                        FailureCategory.TIMEOUT,
                        FailureClass.INFRA,
                        Severity.MEDIUM,
                        "agent-timeout",
                        Sha256.brief("agent-timeout\n" + task.agent()),
                        "agent %s did not answer within %d s"
                                .formatted(task.agent(), timeout.toSeconds()),
                        true,
                        null,
                        new TreeMap<>()),
                null,
                new TaskResult.Usage(timeout.toMillis(), 0, 0));
    }

    /** Takes back every lease of a worker that is known to have died. */
    public int takeBack(String worker, String reason) {
        return transactions.asSystem(() -> {
            var taken = store.takeBack(worker, clock.instant());
            taken.forEach(ended -> outcome.lost(ended, true, reason));
            return taken.size();
        });
    }

    /** The task of a lease, while it is current. */
    public Optional<Task> held(Lease lease) {
        return transactions.asSystem(() -> store.held(lease));
    }

    /**
     * Those of the tasks that a worker ever had, inside the caller's transaction; no worker takes
     * one of the others before it ends.
     */
    public SortedSet<String> everLeased(List<String> keys) {
        return store.everLeased(keys);
    }

    /** What the outside system had answered to those of the tasks that it answered, by key. */
    public SortedMap<String, String> receipts(List<String> keys) {
        return keys.isEmpty() ? Collections.emptySortedMap() : store.receipts(keys);
    }

    /** The task of a lease that was given, be it current or over. */
    public Optional<Task> known(Lease lease) {
        return transactions.asSystem(() -> store.known(lease));
    }

    /** How many tasks of each class wait and are leased. */
    public SortedMap<QueueClass, TaskStore.Depth> depths() {
        return transactions.asSystem(store::depths);
    }

    /** Keys of the run's tasks that workers have. */
    public SortedMap<String, TaskStore.Running> running(String run) {
        return transactions.asSystem(() -> store.running(run));
    }
}
