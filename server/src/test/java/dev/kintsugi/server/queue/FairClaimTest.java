package dev.kintsugi.server.queue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.queue.TaskStore.End;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** However much one tenant has queued, another's task is next in a slot that becomes free. */
class FairClaimTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final TestDatabase DB = TestDatabase.fresh();
    private static final int LIMIT = 6;
    private static final QueueClass CLASS = QueueClass.CPU;

    private Transactions transactions = DB.transactions();
    private TaskStore store = new PostgresTaskStore(new JdbcTemplate(DB.dataSource()), "home");
    private final Map<String, List<Lease>> held = new TreeMap<>();
    private final Map<String, Integer> waiting = new TreeMap<>();
    private int made;

    /** Where tasks are kept. */
    private enum Kept {
        MEMORY,
        POSTGRES
    }

    @AfterAll
    static void close() {
        DB.close();
    }

    private void open(Kept kept) {
        held.clear();
        waiting.clear();
        var limits = new TreeMap<>(Map.of(CLASS, LIMIT));
        if (kept == Kept.MEMORY) {
            var memory = new MemoryTransactions();
            transactions = memory;
            store = new MemoryTaskStore(memory, "home", limits);
        } else {
            transactions = DB.transactions();
            store = new PostgresTaskStore(new JdbcTemplate(DB.dataSource()), "home");
            transactions.asSystem(() ->
                    DB.jdbc()
                                    .sql(
                                            "update queue_class set max_leased = ? where queue_name = 'cpu'")
                                    .param(LIMIT)
                                    .update()
                            + DB.jdbc().sql("delete from mb_v4_queue_lease").update());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTenantWithTheFewestLeasesIsNext(Kept kept) {
        for (var seed = 0; seed < (kept == Kept.MEMORY ? 300 : 3); seed++) {
            open(kept);
            var random = new SplittableRandom(seed);
            var tenants = List.of("flood", "a", "b", "z");
            put("flood", 30);
            for (var step = 0; step < 60; step++) {
                if (random.nextInt(4) == 0) {
                    put(tenants.get(random.nextInt(4)), 1 + random.nextInt(3));
                } else if (random.nextInt(3) == 0) {
                    finish(tenants.get(random.nextInt(4)));
                }
                var before = new TreeMap<String, Integer>();
                waiting.forEach((tenant, many) -> {
                    if (many > 0) {
                        before.put(tenant, held(tenant));
                    }
                });
                var got = claim(null, 1);
                for (var leased : got) {
                    var tenant = leased.task().tenant();
                    assertThat(before.get(tenant))
                            .as("seed %d step %d: %s of %s", seed, step, tenant, before)
                            .isEqualTo(
                                    before.values().stream().min(Integer::compare).orElseThrow());
                }
                if (got.isEmpty()) {
                    assertThat(before.isEmpty() || total() == LIMIT).as("seed %d", seed).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTaskStartsInTheNextFreeSlotThoughAnotherTenantHasThousands(Kept kept) {
        open(kept);
        put("flood", 2_000);
        claim(null, LIMIT);
        put("small", 2);

        finish("flood");
        assertThat(handOver(null, 1))
                .extracting(leased -> leased.task().tenant())
                .containsExactly("small");
        finish("flood");
        put("flood", 100);
        assertThat(claim(null, 1))
                .extracting(leased -> leased.task().tenant())
                .containsExactly("small");
        finish("flood");
        assertThat(claim(null, 1))
                .extracting(leased -> leased.task().tenant())
                .containsExactly("flood");
    }

    @ParameterizedTest
    @EnumSource
    void aTenantsOwnWorkersLeaveASlotToOneThatWaits(Kept kept) {
        open(kept);
        put("flood", 50);
        claim("flood", LIMIT);
        put("small", 3);

        finish("flood");
        assertThat(handOver("flood", 1)).isEmpty();
        assertThat(claim("flood", 1)).isEmpty();
        assertThat(claim("small", 3)).hasSize(1);

        finish("flood");
        finish("flood");
        assertThat(handOver("flood", 2)).hasSize(1);
        assertThat(claim("small", 3)).hasSize(1);
        // half of the class at most is left to those who wait
        assertThat(total()).isEqualTo(LIMIT);
    }

    @ParameterizedTest
    @EnumSource
    void moreTenantsThanOneClaimLooksAtAllHaveTheirTurn(Kept kept) {
        open(kept);
        var tenants =
                IntStream.range(0, PostgresShares.TENANTS + 20)
                        .mapToObj("t%03d"::formatted)
                        .toList();
        tenants.forEach(tenant -> put(tenant, 2));

        var served = new TreeSet<String>();
        for (var i = 0; i < 2 * tenants.size(); i++) {
            claim(null, 1)
                    .forEach(leased -> {
                        served.add(leased.task().tenant());
                        finish(leased.task().tenant());
                    });
        }

        assertThat(served).containsExactlyElementsOf(tenants);
    }

    @ParameterizedTest
    @EnumSource
    void tenantsOfOneClassHaveTheirTurnWhateverWaitsInAnother(Kept kept) {
        open(kept);
        var tenants =
                IntStream.range(0, PostgresShares.TENANTS + 20)
                        .mapToObj("t%03d"::formatted)
                        .toList();
        tenants.forEach(tenant -> put(tenant, 1));
        put(QueueClass.IO, "t000", 200);

        var served = new TreeSet<String>();
        for (var i = 0; i < 200; i++) {
            claim(QueueClass.IO, null, 1);
            for (var leased : claim(null, 1)) {
                var tenant = leased.task().tenant();
                served.add(tenant);
                finish(tenant);
                put(tenant, 1); // it never has nothing to do
            }
        }

        assertThat(served).hasSizeGreaterThan(PostgresShares.TENANTS);
    }

    @Test
    void whatAClaimLooksAtButDoesNotTakeIsLeftToOthers() throws Exception {
        open(Kept.POSTGRES);
        List.of("a", "b", "c").forEach(tenant -> put(tenant, 1));

        try (var threads = Executors.newSingleThreadExecutor()) {
            var others =
                    transactions.asSystem(() -> {
                        assertThat(store.handOver(request(null, 1), START, START)).hasSize(1);
                        var given = threads.submit(() -> handOver(null, 3));
                        Awaitility.await().until(given::isDone);
                        return given;
                    });

            assertThat(others.get()).hasSize(2);
        }
    }

    private void put(String tenant, int many) {
        put(CLASS, tenant, many);
    }

    private void put(QueueClass queue, String tenant, int many) {
        var tasks = new ArrayList<QueuedTask>();
        for (var i = 0; i < many; i++) {
            made++;
            tasks.add(
                    new QueuedTask(
                            task(tenant, "k-" + made),
                            queue,
                            made % 3 == 0 ? Priority.HIGH : Priority.NORMAL,
                            START,
                            null));
        }
        transactions.asSystem(() -> {
            store.put(tasks);
            return tasks;
        });
        waiting.merge(tenant, many, Integer::sum);
    }

    private List<LeasedTask> claim(@Nullable String tenant, int many) {
        return claim(CLASS, tenant, many);
    }

    private List<LeasedTask> claim(QueueClass queue, @Nullable String tenant, int many) {
        var request = request(queue, tenant, many);
        return counted(transactions.asSystem(() -> store.claim(request, START, START)));
    }

    private List<LeasedTask> handOver(@Nullable String tenant, int many) {
        return counted(
                transactions.asSystem(() -> store.handOver(request(tenant, many), START, START)));
    }

    private List<LeasedTask> counted(List<LeasedTask> got) {
        got.forEach(leased -> {
            var tenant = leased.task().tenant();
            held.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(leased.lease());
            waiting.merge(tenant, -1, Integer::sum);
        });
        return got;
    }

    private void finish(String tenant) {
        if (held(tenant) > 0) {
            var lease = requireNonNull(held.get(tenant)).removeFirst();
            transactions.asSystem(() -> store.finish(List.of(lease), START, End.DONE));
        }
    }

    private int held(String tenant) {
        return held.getOrDefault(tenant, List.of()).size();
    }

    private int total() {
        return held.values().stream().mapToInt(List::size).sum();
    }

    private static LeaseRequest request(@Nullable String tenant, int many) {
        return request(CLASS, tenant, many);
    }

    private static LeaseRequest request(QueueClass queue, @Nullable String tenant, int many) {
        return new LeaseRequest(
                "w",
                tenant,
                new TreeMap<>(Map.of(queue, many)),
                new TreeSet<>(List.of(TaskKind.STEP)),
                new TreeSet<>(),
                many,
                Duration.ZERO);
    }

    private static Task task(String tenant, String key) {
        return new Task(
                key,
                "r-" + tenant,
                tenant,
                key,
                1,
                key,
                TaskKind.STEP,
                null,
                null,
                Gate.Network.FULL,
                new TreeMap<>(),
                null,
                null,
                null);
    }
}
