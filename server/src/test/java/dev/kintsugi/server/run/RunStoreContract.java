package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.Promoted;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.run.RunStore.DueTimer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
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
                "{}",
                1,
                0,
                Chain.start(),
                "{}",
                at,
                null,
                submission);
    }

    private void added(String id) {
        assertThat(in(() -> store.add(run(TENANT, id, START, null)))).isTrue();
    }

    private static LoggedEvent logged(long seq) {
        return new LoggedEvent(
                seq,
                ("body " + seq).getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) seq},
                "[]");
    }

    @Test
    void aSubmissionIsTakenOncePerTenant() {
        assertThat(in(() -> store.add(run(TENANT, "r-1", START, "key")))).isTrue();

        assertThat(in(() -> store.add(run(TENANT, "r-2", START, "key")))).isFalse();
        assertThat(in(() -> store.add(run(OTHER, "r-3", START, "key")))).isTrue();

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
                        .moved(RunStatus.FAILED, 7, new byte[] {1, 2}, "{\"a\":1}", finished);

        then(() -> store.save(moved));

        var found = in(() -> store.lock("r-1")).orElseThrow();
        assertThat(found).usingRecursiveComparison().isEqualTo(moved);
        assertThat(in(store::going)).isZero();
    }

    @Test
    void listsATenantsRunsNewestFirstPageByPage() {
        for (var i = 1; i <= 5; i++) {
            var at = START.plusSeconds(i / 2);
            var row = run(TENANT, "r-" + i, at, null);
            assertThat(in(() -> store.add(row))).isTrue();
        }
        in(() -> store.add(run(OTHER, "r-9", START.plusSeconds(60), null)));

        assertThat(in(() -> store.list(TENANT, null, null, 3)))
                .extracting(RunRow::run)
                .containsExactly("r-5", "r-4", "r-3");
        assertThat(in(() -> store.list(TENANT, "queued", "r-3", 3)))
                .extracting(RunRow::run)
                .containsExactly("r-2", "r-1");
        assertThat(in(() -> store.list(TENANT, "failed", null, 3))).isEmpty();
    }

    @Test
    void anInboxIsDrainedInOrderAndOnce() {
        added("r-1");
        added("r-2");
        for (var i = 0; i < 5; i++) {
            RunEvent event = new CancelRequested("by " + i);
            then(() -> store.post(TENANT, "r-1", event));
        }
        assertThat(in(() -> store.pending(10))).containsExactly("r-1");

        assertThat(in(() -> store.drain("r-1", 3)))
                .containsExactly(
                        new CancelRequested("by 0"),
                        new CancelRequested("by 1"),
                        new CancelRequested("by 2"));
        assertThat(in(() -> store.drain("r-1", 3))).hasSize(2);
        assertThat(in(() -> store.drain("r-1", 3))).isEmpty();
        assertThat(in(() -> store.pending(10))).isEmpty();
    }

    @Test
    void whatATurnDrainedIsThereAgainAfterItsRollback() {
        added("r-1");
        then(() -> store.post(TENANT, "r-1", new Promoted("somebody")));

        assertThatThrownBy(() ->
                        in(() -> {
                            assertThat(store.drain("r-1", 9)).hasSize(1);
                            store.append(TENANT, "r-1", List.of(logged(1)));
                            throw new IllegalStateException("the turn broke");
                        }))
                .hasMessage("the turn broke");

        assertThat(in(() -> store.events("r-1", 0, 9))).isEmpty();
        assertThat(in(() -> store.drain("r-1", 9))).containsExactly(new Promoted("somebody"));
    }

    @Test
    void aLogIsReadFromAnywhere() {
        added("r-1");
        then(() -> store.append(TENANT, "r-1", List.of(logged(1), logged(2))));
        then(() -> store.append(TENANT, "r-1", List.of(logged(3))));

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
        then(() -> store.startTimer(TENANT, "r-1", "kept", START.plusSeconds(1)));
        then(() -> store.startTimer(TENANT, "r-1", "moved", START.plusSeconds(1)));
        then(() -> store.startTimer(TENANT, "r-1", "stopped", START.plusSeconds(1)));
        then(() -> store.startTimer(TENANT, "r-1", "moved", START.plusSeconds(9)));
        then(() -> store.stopTimer("r-1", "stopped"));

        assertThat(in(() -> store.due(START, 9))).isEmpty();
        assertThat(in(() -> store.due(START.plusSeconds(1), 9)))
                .containsExactly(new DueTimer(TENANT, "r-1", "kept"));
        assertThat(in(() -> store.due(START.plusSeconds(60), 9)))
                .containsExactly(new DueTimer(TENANT, "r-1", "moved"));
        assertThat(in(() -> store.due(START.plusSeconds(60), 9))).isEmpty();
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
                        run(TENANT, "r-2", START, null)
                                .moved(RunStatus.WAITING, 1, new byte[1], "{}", null)));

        assertThat(in(store::going)).isEqualTo(1);
    }
}
