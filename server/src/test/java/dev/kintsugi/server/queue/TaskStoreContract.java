package dev.kintsugi.server.queue;

import static dev.kintsugi.server.queue.SampleTasks.request;
import static dev.kintsugi.server.queue.SampleTasks.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskStore.End;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of tasks does. */
abstract class TaskStoreContract {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final Duration LEASE = Duration.ofSeconds(30);
    static final int CPU_LIMIT = 5;
    static final String HOME = "home-1";

    TaskStore store;
    private Transactions transactions;

    /** A store and what its transactions are. */
    record Opened(TaskStore store, Transactions transactions) {}

    /** An empty store with these limits per class. */
    abstract Opened open(SortedMap<QueueClass, Integer> limits);

    @BeforeEach
    final void open() {
        var limits = new TreeMap<QueueClass, Integer>();
        for (var queue : QueueClass.values()) {
            limits.put(queue, queue == QueueClass.CPU ? CPU_LIMIT : 1_000);
        }
        var opened = open(limits);
        store = opened.store();
        transactions = opened.transactions();
    }

    final <T> T in(Supplier<T> work) {
        return transactions.asSystem(work);
    }

    final void put(QueueClass queue, Priority priority, Instant at, String... keys) {
        in(() -> {
            store.put(
                    Arrays.stream(keys)
                            .map(key -> new QueuedTask(task(key), queue, priority, at, null))
                            .toList());
            return keys;
        });
    }

    @Test
    void theFirstReceiptGoesWithTheLeaseHoweverItEnds() {
        put(QueueClass.CPU, Priority.NORMAL, START, "pay", "mail", "ship");
        var leases = claim(QueueClass.CPU, 3, START).stream().map(LeasedTask::lease).toList();

        for (var lease : leases) {
            assertThat(in(() -> store.receipt(lease, "of " + lease.key()))).isTrue();
            assertThat(in(() -> store.receipt(lease, "another"))).isTrue();
        }

        assertThat(in(() -> store.receipts(List.of("pay", "nobody"))))
                .containsExactly(Map.entry("pay", "of pay"));
        var paid = lease(leases, "pay");
        assertThat(in(() -> store.finish(List.of(paid), START, End.DONE)).values())
                .extracting(TaskStore.Ended::receipt)
                .containsExactly("of pay");
        assertThat(in(() -> store.receipt(paid, "late"))).isFalse();
        assertThat(in(() -> store.expire(START.plus(LEASE), 10)))
                .extracting(TaskStore.Ended::receipt)
                .containsExactlyInAnyOrder("of mail", "of ship");
        put(QueueClass.CPU, Priority.NORMAL, START, "mail");
        var again = claim(QueueClass.CPU, 1, START).getFirst().lease();
        assertThat(in(() -> store.receipt(lease(leases, "mail"), "stale"))).isFalse();
        assertThat(in(() -> store.finish(List.of(again), START, End.LOST)).values())
                .extracting(TaskStore.Ended::receipt)
                .containsOnlyNulls();
    }

    @Test
    void aWorkerMayBeAtWhatWasCancelledUntilItReportsOrItsLeaseRunsOut() {
        put(QueueClass.CPU, Priority.NORMAL, START, "had");
        var lease = claim(QueueClass.CPU, 1, START).getFirst().lease();
        put(QueueClass.CPU, Priority.NORMAL, START, "waiting");
        in(() -> {
            store.cancel(List.of("had", "waiting", "nobody"), START);
            return store;
        });

        var during = in(() -> store.atWork(List.of("r-1", "r-2"), START));
        var afterwards = in(() -> store.atWork(List.of("r-1"), START.plus(LEASE)));
        in(() -> store.settleCancelled(List.of(lease)));

        assertThat(during).containsExactly(new TaskStore.AtWork(task("had"), START.plus(LEASE)));
        assertThat(afterwards).isEmpty();
        assertThat(in(() -> store.atWork(List.of("r-1"), START))).isEmpty();
    }

    static Lease lease(List<Lease> leases, String key) {
        return leases.stream().filter(lease -> lease.key().equals(key)).findFirst().orElseThrow();
    }

    @Test
    void aTaskOfAnAgentGoesToWorkersThatOfferItAndRunsOutOfTime() {
        var call = task("call", new Work.Agent("reviewer", "{}"));
        in(() -> {
            store.put(
                    List.of(
                            new QueuedTask(call, QueueClass.CPU, Priority.NORMAL, START, null),
                            new QueuedTask(
                                    task("plain"), QueueClass.CPU, Priority.LOW, START, null)));
            return store;
        });

        assertThat(claim(QueueClass.CPU, 5, START))
                .extracting(leased -> leased.task().key())
                .containsExactly("plain");
        var slots = new TreeMap<QueueClass, Integer>();
        slots.put(QueueClass.CPU, 5);
        var offers =
                new LeaseRequest(
                        "w-2",
                        null,
                        slots,
                        new TreeSet<>(),
                        new TreeSet<>(List.of("reviewer", "writer")),
                        5,
                        Duration.ZERO);
        var claimed = in(() -> store.claim(offers, START, START.plus(LEASE)));
        assertThat(claimed).extracting(leased -> leased.task().key()).containsExactly("call");

        assertThat(in(() -> store.overdue(START.plusSeconds(59), 10))).isEmpty();
        assertThat(in(() -> store.overdue(START.plusSeconds(60), 10)))
                .extracting(LeasedTask::lease)
                .containsExactly(claimed.getFirst().lease());
    }

    @Test
    void whatOnlyAnotherServerCanDoIsLeftToIt() {
        in(() -> {
            store.put(
                    List.of(
                            new QueuedTask(task("ours"), QueueClass.CPU, Priority.LOW, START, HOME),
                            new QueuedTask(
                                    task("theirs"), QueueClass.CPU, Priority.HIGH, START, "home-2"),
                            new QueuedTask(
                                    task("anyones"), QueueClass.CPU, Priority.LOW, START, null)));
            return store;
        });

        assertThat(claim(QueueClass.CPU, 2, START))
                .extracting(leased -> leased.task().key())
                .containsExactlyInAnyOrder("ours", "anyones");
        assertThat(
                        in(() ->
                                store.handOver(
                                        request("w-1", null, QueueClass.CPU, 2),
                                        START,
                                        START.plus(LEASE))))
                .isEmpty();
    }

    final List<LeasedTask> claim(QueueClass queue, int max, Instant now) {
        return claim("w-1", queue, max, now);
    }

    final List<LeasedTask> claim(String worker, QueueClass queue, int max, Instant now) {
        return in(() -> store.claim(request(worker, null, queue, max), now, now.plus(LEASE)));
    }

    private int leased(QueueClass queue) {
        return Objects.requireNonNull(in(store::depths).get(queue)).leased();
    }

    final Lease one(Instant now) {
        var claimed = claim(QueueClass.IO, 1, now);
        assertThat(claimed).hasSize(1);
        return claimed.getFirst().lease();
    }

    @Test
    void handsOverInTheSlotOfALeaseThatEndedThoughTheClassIsFull() {
        put(QueueClass.CPU, Priority.NORMAL, START, "a", "b", "c", "d", "e", "f", "g");
        var held = claim(QueueClass.CPU, 9, START);
        assertThat(held).hasSize(CPU_LIMIT);

        var next =
                in(() -> {
                    store.finish(List.of(held.getFirst().lease()), START, End.DONE);
                    return store.handOver(
                            request("w-1", null, QueueClass.CPU, 1), START, START.plus(LEASE));
                });

        assertThat(keys(next)).containsExactly("f");
        assertThat(leased(QueueClass.CPU)).isEqualTo(CPU_LIMIT);
        assertThat(claim(QueueClass.CPU, 1, START)).isEmpty();
    }

    @Test
    void aWorkerOfOneTenantGetsNothingOfAnother() {
        put(QueueClass.IO, Priority.NORMAL, START, "a", "b");
        var other = request("w-1", "other", QueueClass.IO, 9);
        var own = request("w-1", "default", QueueClass.IO, 1);

        assertThat(in(() -> store.claim(other, START, START.plus(LEASE)))).isEmpty();
        assertThat(in(() -> store.handOver(other, START, START.plus(LEASE)))).isEmpty();
        assertThat(keys(in(() -> store.claim(own, START, START.plus(LEASE))))).containsExactly("a");
        assertThat(keys(in(() -> store.handOver(own, START, START.plus(LEASE)))))
                .containsExactly("b");
    }

    static List<String> keys(List<LeasedTask> tasks) {
        return tasks.stream().map(leased -> leased.task().key()).toList();
    }

    @Test
    void handsOutTheMostUrgentFirstAndThoseOfEqualRankInOrder() {
        put(QueueClass.IO, Priority.LOW, START, "low");
        put(QueueClass.IO, Priority.NORMAL, START, "normal-1", "normal-2");
        put(QueueClass.IO, Priority.CRITICAL, START, "critical");
        put(QueueClass.IO, Priority.HIGH, START, "high");

        assertThat(keys(claim(QueueClass.IO, 10, START)))
                .containsExactly("critical", "high", "normal-1", "normal-2", "low");
    }

    @Test
    void aLowTaskStartsWithinItsHeadStartUnderAConstantFloodOfUrgentOnes() {
        var headStart = Priority.HIGH.headStart();
        put(QueueClass.IO, Priority.LOW, START, "low");
        var second = 0;
        var started = List.<String>of();

        while (!started.contains("low")) {
            var now = START.plusSeconds(second);
            put(QueueClass.IO, Priority.HIGH, now, "high-" + second);
            started = keys(claim(QueueClass.IO, 1, now));
            second++;
            assertThat(second).isLessThanOrEqualTo((int) headStart.toSeconds() + 2);
        }

        assertThat(second).isGreaterThan(1); // it is not first either
    }

    @Test
    void aTaskIsNotHandedOutBeforeItsTime() {
        put(QueueClass.IO, Priority.CRITICAL, START.plusSeconds(5), "later");

        assertThat(claim(QueueClass.IO, 1, START.plusMillis(4_999))).isEmpty();
        assertThat(keys(claim(QueueClass.IO, 1, START.plusSeconds(5)))).containsExactly("later");
    }

    @Test
    void onlyWhatAWorkerAsksForIsHandedOut() {
        put(QueueClass.IO, Priority.NORMAL, START, "a", "b", "c");

        assertThat(claim(QueueClass.LLM, 5, START)).isEmpty();
        assertThat(keys(claim(QueueClass.IO, 2, START))).containsExactly("a", "b");
    }

    @Test
    void theLimitOfAClassHoldsHoweverManyClaimAtOnce() throws Exception {
        var tasks = 120;
        for (var i = 0; i < tasks; i++) {
            put(QueueClass.CPU, Priority.NORMAL, START, "t" + i);
        }
        var done = ConcurrentHashMap.<String>newKeySet();
        var held = new AtomicInteger();
        var most = new AtomicInteger();
        Callable<Void> worker =
                () -> {
                    while (done.size() < tasks) {
                        for (var leased : claim(QueueClass.CPU, 3, START)) {
                            most.accumulateAndGet(held.incrementAndGet(), Math::max);
                            assertThat(done.add(leased.task().key())).isTrue();
                            held.decrementAndGet();
                            in(() -> store.finish(List.of(leased.lease()), START, End.DONE));
                        }
                        assertThat(leased(QueueClass.CPU)).isLessThanOrEqualTo(CPU_LIMIT);
                    }
                    return null;
                };

        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var end : threads.invokeAll(java.util.Collections.nCopies(8, worker))) {
                end.get();
            }
        }

        assertThat(done).hasSize(tasks);
        assertThat(most.get()).isBetween(1, CPU_LIMIT);
    }

    @Test
    void moreThanTheLimitWaits() {
        put(QueueClass.CPU, Priority.NORMAL, START, "1", "2", "3", "4", "5", "6", "7");

        assertThat(claim(QueueClass.CPU, 10, START)).hasSize(CPU_LIMIT);
        assertThat(claim("w-2", QueueClass.CPU, 10, START)).isEmpty();
    }

    @Test
    void anOldTokenIsRefusedEverywhere() {
        put(QueueClass.IO, Priority.NORMAL, START, "a");
        var old = one(START);
        var later = START.plus(LEASE);
        in(() -> store.expire(later, 10));
        put(QueueClass.IO, Priority.NORMAL, later, "a");
        var current = one(later);

        assertThat(current.token()).isGreaterThan(old.token());
        assertThat(in(() -> store.held(old))).isEmpty();
        assertThat(in(() -> store.finish(List.of(old), later, End.DONE))).isEmpty();
        assertThat(in(() -> store.finish(List.of(old), later, End.LOST))).isEmpty();
        assertThat(in(() -> store.renew("w-1", List.of(old, current), later, later.plus(LEASE))))
                .singleElement()
                .satisfies(lost -> {
                    assertThat(lost.lease()).isEqualTo(old);
                    assertThat(lost.reason()).isEqualTo("expired");
                });
        assertThat(in(() -> store.finish(List.of(old, current), later, End.DONE)))
                .isEqualTo(Map.of(current, new TaskStore.Ended(task("a"), QueueClass.IO, null)));
        assertThat(in(() -> store.finish(List.of(current), later, End.DONE))).isEmpty();
    }

    @Test
    void aRenewedLeaseRunsOutLater() {
        put(QueueClass.IO, Priority.NORMAL, START, "a");
        var lease = one(START);
        var half = START.plusSeconds(15);

        assertThat(in(() -> store.renew("w-1", List.of(lease), half, half.plus(LEASE)))).isEmpty();

        assertThat(in(() -> store.expire(START.plus(LEASE), 10))).isEmpty();
        assertThat(in(() -> store.expire(half.plus(LEASE).minusMillis(1), 10))).isEmpty();
        assertThat(in(() -> store.expire(half.plus(LEASE), 10)))
                .extracting(TaskStore.Ended::task)
                .containsExactly(task("a"));
        assertThat(in(() -> store.expire(half.plus(LEASE), 10))).isEmpty();
    }

    @Test
    void anotherWorkersLeaseIsNotRenewed() {
        put(QueueClass.IO, Priority.NORMAL, START, "a");
        var lease = one(START);
        var half = START.plusSeconds(15);

        assertThat(in(() -> store.renew("w-2", List.of(lease), half, half.plus(LEASE))))
                .singleElement()
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo("expired"));
        in(() -> {
            store.cancel(List.of("a"), half);
            return lease;
        });
        assertThat(in(() -> store.renew("w-2", List.of(lease), half, half.plus(LEASE))))
                .singleElement()
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo("expired"));
    }

    @Test
    void whatAWorkerHeldIsTakenBackFromIt() {
        put(QueueClass.IO, Priority.NORMAL, START, "a", "b");
        claim("w-1", QueueClass.IO, 1, START);
        claim("w-2", QueueClass.IO, 1, START);

        assertThat(in(() -> store.takeBack("w-1", START)))
                .extracting(TaskStore.Ended::task)
                .containsExactly(task("a"));

        assertThat(in(() -> store.running("r-1"))).containsOnlyKeys("b");
    }

    @Test
    void aCancelledTaskIsNeitherHandedOutNorFinished() {
        put(QueueClass.IO, Priority.NORMAL, START, "leased");
        var lease = one(START);
        put(QueueClass.IO, Priority.NORMAL, START, "waiting");

        in(() -> {
            store.cancel(List.of("leased", "waiting", "unknown"), START);
            return lease;
        });

        assertThat(claim(QueueClass.IO, 5, START)).isEmpty();
        assertThat(in(() -> store.finish(List.of(lease), START, End.DONE))).isEmpty();
        assertThat(in(() -> store.renew("w-1", List.of(lease), START, START.plus(LEASE))))
                .singleElement()
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo("cancelled"));
    }

    @Test
    void aLostTaskCanBePutBackAndADoneOneIsForgotten() {
        put(QueueClass.IO, Priority.NORMAL, START, "a");
        var first = one(START);
        in(() -> store.finish(List.of(first), START, End.LOST));
        assertThat(claim(QueueClass.IO, 1, START)).isEmpty();

        put(QueueClass.IO, Priority.NORMAL, START, "a");
        put(QueueClass.IO, Priority.NORMAL, START, "a");

        var second = one(START);
        assertThat(claim(QueueClass.IO, 1, START)).isEmpty();
        assertThat(in(() -> store.finish(List.of(second), START, End.DONE))).hasSize(1);
        assertThat(in(() -> store.known(second))).isEmpty();
        assertThat(in(() -> store.finish(List.of(second), START, End.DONE))).isEmpty();
    }

    @Test
    void knowsWhichTasksAWorkerEverHad() {
        put(QueueClass.IO, Priority.NORMAL, START, "lost", "leased", "waiting");
        var lost = one(START);
        one(START);
        in(() -> store.finish(List.of(lost), START, End.LOST));
        put(QueueClass.IO, Priority.NORMAL, START, "lost");

        var ever = in(() -> store.everLeased(List.of("waiting", "lost", "leased", "unknown")));

        assertThat(ever).containsExactly("leased", "lost");
    }

    @Test
    void aLeaseThatWasCancelledIsSettledOnce() {
        put(QueueClass.IO, Priority.NORMAL, START, "held");
        var held = one(START);
        put(QueueClass.IO, Priority.NORMAL, START, "going");
        var going = one(START);
        in(() -> {
            store.cancel(List.of("held"), START);
            return held;
        });
        var old = new Lease("held", held.token() - 1);

        var settled = in(() -> store.settleCancelled(List.of(old, held, going)));

        assertThat(settled).isEqualTo(Map.of(held, task("held")));
        assertThat(in(() -> store.settleCancelled(List.of(held)))).isEmpty();
        assertThat(in(() -> store.held(going))).isPresent();
    }

    @Test
    void countsWhatWaitsAndWhatIsLeased() {
        put(QueueClass.IO, Priority.NORMAL, START, "a", "b", "c");
        var lease = one(START.plusSeconds(1));

        assertThat(in(store::depths).get(QueueClass.IO)).isEqualTo(new TaskStore.Depth(2, 1));
        assertThat(in(store::depths)).containsOnlyKeys(QueueClass.values());
        in(() -> {
            store.progress("w-1", Map.of(lease, "half way"));
            var older = new Lease(lease.key(), lease.token() - 1);
            store.progress("w-1", Map.of(older, "not theirs to say"));
            store.progress("another", Map.of(lease, "nor another's"));
            return store;
        });
        assertThat(in(() -> store.running("r-1")))
                .containsOnlyKeys(lease.key())
                .containsValue(new TaskStore.Running(START.plusSeconds(1), "half way"));
        assertThat(in(() -> store.running("r-2"))).isEmpty();
    }
}
