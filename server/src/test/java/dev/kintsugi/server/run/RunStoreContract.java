package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.Promoted;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.run.RunStore.Posted;
import dev.kintsugi.server.run.RunStore.Spent;
import dev.kintsugi.server.run.RunStore.Timer;
import dev.kintsugi.server.run.RunStore.TimerName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of runs does. */
abstract class RunStoreContract {
    static final String TENANT = "default";
    static final String OTHER = "other";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private RunStore store;
    private Transactions transactions;

    /** A store and what its transactions are. */
    record Opened(RunStore store, Transactions transactions) {}

    /** An empty store that knows the two tenants. */
    abstract Opened opened();

    @BeforeEach
    final void open() {
        var opened = opened();
        store = opened.store();
        transactions = opened.transactions();
    }

    private <T> T in(Supplier<T> work) {
        return transactions.asSystem(work);
    }

    private void then(Runnable work) {
        in(() -> {
            work.run();
            return START;
        });
    }

    static RunRow run(String tenant, String id, Instant at, @Nullable String submission) {
        return new RunRow(
                tenant,
                id,
                "name of " + id,
                RunStatus.QUEUED,
                1,
                0,
                new byte[32],
                at,
                null,
                submission,
                "home-1",
                null,
                null);
    }

    private static RunRow child(String id, String parent) {
        var row = run(TENANT, id, START, null);
        return new RunRow(
                row.tenant(),
                id,
                row.name(),
                row.status(),
                row.rules(),
                row.seq(),
                row.mac(),
                row.createdAt(),
                null,
                null,
                null,
                null,
                parent);
    }

    private boolean add(RunRow row) {
        var added = new RunStore.NewRun(row, "the plan", "view of " + row.run());
        return in(() -> store.add(List.of(added))).contains(row.run());
    }

    private void added(String id) {
        assertThat(add(run(TENANT, id, START, null))).isTrue();
    }

    private static TreeSet<String> both() {
        return new TreeSet<>(Set.of("r-1", "r-2"));
    }

    private static LoggedEvent logged(long seq) {
        return new LoggedEvent(
                seq,
                ("body " + seq).getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) seq},
                "[]");
    }

    private static List<RunStore.Entry> entries(long... seqs) {
        return LongStream.of(seqs)
                .mapToObj(seq -> new RunStore.Entry(TENANT, "r-1", logged(seq)))
                .toList();
    }

    @Test
    void descendantsAreThoseThatGoOnAlsoBelowOnesThatEnded() {
        added("r-1");
        var done = child("r-2", "r-1");
        for (var row : List.of(done, child("r-4", "r-2"), child("r-3", "r-1"))) {
            assertThat(add(row)).isTrue();
        }
        var ended = done.moved(RunStatus.FAILED, null, 1, new byte[1], START);
        then(() -> store.save(List.of(new RunStore.Head(ended, "{}"))));

        assertThat(in(() -> store.descendants(TENANT, "r-1", 9))).containsExactly("r-3", "r-4");
        assertThat(in(() -> store.descendants(TENANT, "r-1", 1))).containsExactly("r-3");
        assertThat(in(() -> store.descendants(OTHER, "r-1", 9))).isEmpty();
    }

    @Test
    void aSubmissionIsTakenOncePerTenant() {
        assertThat(add(run(TENANT, "r-1", START, "key"))).isTrue();

        assertThat(add(run(TENANT, "r-2", START, "key"))).isFalse();
        assertThat(add(run(OTHER, "r-3", START, "key"))).isTrue();

        assertThat(in(() -> store.submitted(TENANT, "key")).orElseThrow().run()).isEqualTo("r-1");
        assertThat(in(() -> store.submitted(OTHER, "key")).orElseThrow().run()).isEqualTo("r-3");
        assertThat(in(() -> store.submitted(TENANT, "another"))).isEmpty();
        assertThat(in(() -> store.find("r-2"))).isEmpty();
    }

    @Test
    void theHeadOfARunMoves() {
        added("r-1");
        var finished = START.plusSeconds(9);
        var moved =
                run(TENANT, "r-1", START, null)
                        .moved(RunStatus.FAILED, null, 7, new byte[] {1, 2}, finished);

        then(() -> store.save(List.of(new RunStore.Head(moved, "another view"))));

        var found = in(() -> store.lock(both()));
        assertThat(found).containsOnlyKeys("r-1");
        assertThat(found.get("r-1")).usingRecursiveComparison().isEqualTo(moved);
        assertThat(in(() -> store.views(TENANT, null, null, 9))).containsExactly("another view");
        assertThat(in(() -> store.plan("r-1"))).isEqualTo("the plan");
        assertThat(in(store::going)).isZero();
    }

    @Test
    void listsATenantsRunsNewestFirstPageByPage() {
        for (var i = 1; i <= 5; i++) {
            var at = START.plusSeconds(i / 2);
            var row = run(TENANT, "r-" + i, at, null);
            assertThat(add(row)).isTrue();
        }
        add(run(OTHER, "r-9", START.plusSeconds(60), null));

        assertThat(in(() -> store.views(TENANT, null, null, 3)))
                .containsExactly("view of r-5", "view of r-4", "view of r-3");
        assertThat(in(() -> store.views(TENANT, "queued", "r-3", 3)))
                .containsExactly("view of r-2", "view of r-1");
        assertThat(in(() -> store.views(TENANT, "failed", null, 3))).isEmpty();
    }

    @Test
    void whatATenantSpentAddsUpByDay() {
        var day = LocalDate.parse("2026-01-31");
        then(() -> store.spend(List.of(new Spent(OTHER, day, 100), new Spent(TENANT, day, 3))));
        then(() -> store.spend(List.of(new Spent(TENANT, day, 4))));
        then(() -> store.spend(List.of(new Spent(TENANT, day.plusDays(1), 50))));

        assertThat(in(() -> store.spent(TENANT, day))).isEqualTo(57);
        assertThat(in(() -> store.spent(TENANT, day.plusDays(1)))).isEqualTo(50);
        assertThat(in(() -> store.spent(TENANT, day.plusDays(2)))).isZero();
        assertThat(in(() -> store.spent(OTHER, day))).isEqualTo(100);
    }

    @Test
    void countsRunsHandedInSinceUpToSoMany() {
        for (var i = 1; i <= 4; i++) {
            add(run(TENANT, "r-" + i, START.plusSeconds(i), null));
        }
        add(run(OTHER, "r-9", START.plusSeconds(9), null));

        assertThat(in(() -> store.since(TENANT, START.plusSeconds(2), 9))).isEqualTo(3);
        assertThat(in(() -> store.since(TENANT, START, 2))).isEqualTo(2);
        assertThat(in(() -> store.since(OTHER, START.plusSeconds(10), 2))).isZero();
    }

    @Test
    void anInboxIsDrainedInOrderAndOnce() {
        added("r-1");
        added("r-2");
        for (var i = 0; i < 5; i++) {
            RunEvent event = new CancelRequested("by " + i);
            then(() -> store.post(TENANT, "r-1", event));
        }
        assertThat(in(() -> store.pending(10, 1))).containsExactly("r-1");

        then(() -> store.post(TENANT, "r-2", new Promoted("somebody")));

        assertThat(in(() -> store.drain(Set.of("r-1"), 3)))
                .containsExactly(cancelledBy(0), cancelledBy(1), cancelledBy(2));
        assertThat(in(() -> store.drain(both(), 9)))
                .containsExactlyInAnyOrder(
                        cancelledBy(3),
                        cancelledBy(4),
                        new Posted("r-2", new Promoted("somebody")));
        assertThat(in(() -> store.drain(both(), 3))).isEmpty();
        assertThat(in(() -> store.pending(10, 1))).isEmpty();
    }

    private static Posted cancelledBy(int number) {
        return new Posted("r-1", new CancelRequested("by " + number));
    }

    @Test
    void whatATurnDrainedIsThereAgainAfterItsRollback() {
        added("r-1");
        then(() -> store.post(TENANT, "r-1", new Promoted("somebody")));

        assertThatThrownBy(() ->
                        in(() -> {
                            assertThat(store.drain(Set.of("r-1"), 9)).hasSize(1);
                            store.append(entries(1));
                            throw new IllegalStateException("the turn broke");
                        }))
                .hasMessage("the turn broke");

        assertThat(in(() -> store.events("r-1", 0, 9))).isEmpty();
        assertThat(in(() -> store.drain(Set.of("r-1"), 9)))
                .containsExactly(new Posted("r-1", new Promoted("somebody")));
    }

    @Test
    void aLogIsReadFromAnywhere() {
        added("r-1");
        then(() -> store.append(entries(1, 2)));
        then(() -> store.append(entries(3)));

        assertThat(in(() -> store.events("r-1", 0, 2)))
                .usingRecursiveComparison()
                .isEqualTo(List.of(logged(1), logged(2)));
        assertThat(in(() -> store.events("r-1", 2, 2)))
                .usingRecursiveComparison()
                .isEqualTo(List.of(logged(3)));
        assertThat(in(() -> store.events("r-1", 3, 2))).isEmpty();
    }

    @Test
    void aTimerIsDueOnceUnlessItWasStoppedOrMoved() {
        added("r-1");
        then(() -> store.startTimers(List.of(timer("kept", 1), timer("moved", 1))));
        then(() -> store.startTimers(List.of(timer("stopped", 1), timer("moved", 9))));
        then(() -> store.stopTimers(List.of(timer("stopped", 1).name())));

        assertThat(in(() -> store.due(START, 9))).isEmpty();
        assertThat(in(() -> store.due(START.plusSeconds(1), 9))).containsExactly(timer("kept", 1));
        assertThat(in(() -> store.due(START.plusSeconds(60), 9)))
                .containsExactly(timer("moved", 9));
        assertThat(in(() -> store.due(START.plusSeconds(60), 9))).isEmpty();
    }

    private static Timer timer(String name, long second) {
        return new Timer(TENANT, new TimerName("r-1", name), START.plusSeconds(second));
    }

    @Test
    void theNewestSnapshotIsKept() {
        added("r-1");
        assertThat(in(() -> store.snapshot("r-1"))).isEmpty();
        then(() -> store.snapshot(TENANT, "r-1", 3, new byte[] {3}));
        then(() -> store.snapshot(TENANT, "r-1", 5, new byte[] {5}));

        var kept = in(() -> store.snapshot("r-1")).orElseThrow();

        assertThat(kept.seq()).isEqualTo(5);
        assertThat(kept.state()).containsExactly(5);
    }

    @Test
    void aRunThatWaitsForAHumanIsNotGoing() {
        added("r-1");
        added("r-2");

        then(() ->
                store.save(
                        List.of(
                                new RunStore.Head(
                                        run(TENANT, "r-2", START, null)
                                                .moved(
                                                        RunStatus.WAITING,
                                                        WaitingFor.APPROVAL,
                                                        1,
                                                        new byte[1],
                                                        null),
                                        "{}"))));

        assertThat(in(store::going)).isEqualTo(1);
    }
}
