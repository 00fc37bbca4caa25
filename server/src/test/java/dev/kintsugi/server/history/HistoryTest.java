package dev.kintsugi.server.history;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class HistoryTest {
    private static final double AN_HOUR = 1 / 24.0;

    private final PastRuns runs = new PastRuns().tenants("acme", "busy");

    @AfterEach
    void close() {
        runs.db.close();
    }

    @Test
    void movesWhatEndedAWhileAgoAsAWhole() {
        runs.run("acme", "old", 40, 30);
        runs.run("busy", "ended", 2, AN_HOUR);
        runs.run("acme", "just", 2, 0.001);
        runs.run("acme", "going", 90, -1);

        var moved = runs.history().move();

        assertThat(moved).isEqualTo(2);
        for (var table :
                new String[] {
                    "run", "run_event", "mb_v4_run_budget", "run_repair", "run_snapshot"
                }) {
            assertThat(runs.column("select run_id from " + table))
                    .as(table)
                    .containsExactlyInAnyOrder("just", "going");
        }
        for (var table :
                new String[] {
                    "run_history", "run_event_history", "run_budget_history", "run_repair_history"
                }) {
            assertThat(runs.column("select run_id from " + table))
                    .as(table)
                    .containsExactlyInAnyOrder("old", "ended");
        }
        assertThat(runs.column("select run_id from every_run"))
                .containsExactlyInAnyOrder("old", "ended", "just", "going");
        assertThat(runs.history().move()).isZero();
    }

    @Test
    void leavesWhatIsStillToHearOfSomething() {
        runs.run("acme", "told", 2, 1);
        runs.run("acme", "worked-on", 2, 1);
        runs.execute(
                "insert into run_inbox (tenant_id, run_id, body) values ('acme', 'told', '{}')");
        task("worked-on", "leased");

        assertThat(runs.history().move()).isZero();

        runs.execute("delete from run_inbox");
        runs.execute("update mb_v4_queue_lease set status = 'lost', ended_at = " + PastRuns.ago(1));
        assertThat(runs.history().move()).isEqualTo(2);
    }

    @Test
    void forgetsTheTasksOfWhatItMovedAndOfNothingElse() {
        runs.run("acme", "ended", 2, 1);
        runs.run("acme", "going", 2, -1);
        task("ended", "cancelled");
        task("going", "lost");

        runs.history().move();

        assertThat(runs.column("select run_id from mb_v4_queue_lease")).containsExactly("going");
    }

    @Test
    void movesEachRunOnceThoughManyServersDo() throws Exception {
        int many = 2 * History.RUNS + 50;
        for (int i = 0; i < many; i++) {
            runs.run("acme", "r-%03d".formatted(i), 40, i % 35 + 1);
        }
        var movers = new ArrayList<Callable<Long>>();
        for (int i = 0; i < 4; i++) {
            movers.add(() -> runs.history().move());
        }

        long moved = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var mover : threads.invokeAll(movers)) {
                moved += mover.get();
            }
        }

        assertThat(moved).isEqualTo(many);
        assertThat(runs.column("select run_id from run_event_history")).hasSize(many);
        assertThat(runs.column("select run_id from run")).isEmpty();
    }

    @Test
    void movesARunThatCallsABinaryContentAList() {
        var content = runs.content("acme", "a", 2);
        runs.execute("update blob set content = '\\xff0022'");
        runs.run("acme", "binary", 3, 2);
        runs.execute("update run_event set body = '{\"artifacts\":\"%s\"}'".formatted(content));

        assertThat(runs.history().move()).isEqualTo(1);
        assertThat(runs.column("select unnest(contents) from run_history"))
                .containsExactly(content);
    }

    @Test
    void leavesARunThatCannotBeMovedAndMovesTheOthers() {
        runs.run("acme", "first", 5, 4);
        runs.run("acme", "broken", 4, 3);
        runs.run("busy", "last", 3, 2);
        runs.execute("update run_event set body = '\\xff' where run_id = 'broken'");

        assertThat(runs.history().move()).isEqualTo(2);
        assertThat(runs.column("select run_id from run")).containsExactly("broken");

        runs.execute("update run_event set body = '{}'");
        assertThat(runs.history().move()).isEqualTo(1);
    }

    @Test
    void makesRoomForAMonthWhileSomebodyReadsTheHistory() {
        runs.run("acme", "ended", 2, 1);

        var moved =
                runs.db
                        .transactions()
                        .asSystem(() -> {
                            runs.db.jdbc().sql("select 1 from run_history").query().listOfRows();
                            return supplyAsync(() -> runs.history().move()).join();
                        });

        assertThat(moved).isEqualTo(1);
    }

    @Test
    void nobodyReachesAPartitionButThroughItsTable() {
        runs.run("acme", "ended", 2, 1);
        runs.history().move();

        assertThatThrownBy(() -> runs.column("select run_id from run_history_2026_06"))
                .isInstanceOf(DataAccessException.class)
                .hasStackTraceContaining("permission denied");
        assertThat(
                        runs.column(
                                "select relname from pg_class where relname like '%history_2026_06' and relkind = 'r' and not (relrowsecurity and relforcerowsecurity)"))
                .isEmpty();
    }

    private void task(String run, String status) {
        runs.execute(
                "insert into mb_v4_queue_lease (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at, task, ended_at) values ('io', 'acme', '%s:a:1', '%s', '%s', 'step', 0, now(), '{}', %s)"
                        .formatted(
                                run,
                                status,
                                run,
                                status.equals("leased") ? "null" : PastRuns.ago(1)));
    }
}
