package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.server.history.History;
import dev.kintsugi.server.platform.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** What tenants see of each other's runs, asked of the database as the server's own user. */
final class RowSecurityTest {
    private static final String PLAN =
            """
            plan: 1
            name: one
            steps: [{id: a, exec: "true"}]
            """;

    /** Its task stays in the queue. */
    private static final String WAITS =
            """
            plan: 1
            name: waits
            steps: [{id: a, agent: nobody}]
            """;

    private final TestDatabase database = TestDatabase.fresh();

    @AfterEach
    void close() {
        database.close();
    }

    /** Runs of tenant default that left rows everywhere, the first of them in history. */
    private void aRunOfAnother() {
        var stores = Engines.onPostgres(database);
        try (var engines = new Engines(stores, (_, _) -> Engines.done())) {
            var run = engines.start(PLAN);
            engines.await(run, RunStatus.SUCCEEDED);
            new History(
                            database.transactions(),
                            database.jdbc(),
                            () -> engines.ports.clock().instant().plus(History.REST).plusSeconds(1))
                    .move();
        }
        try (var engines =
                new Engines(
                        stores,
                        (task, context) -> {
                            context.log(new byte[] {1});
                            return Engines.done();
                        })) {
            var run = engines.start(PLAN);
            engines.await(run, RunStatus.SUCCEEDED);
            engines.start(WAITS);
            database.transactions()
                    .asTenant(
                            Engines.TENANT,
                            () -> {
                                engines.ports
                                        .store()
                                        .snapshot(Engines.TENANT, run, 1, new byte[] {1});
                                return run;
                            });
        }
        database.tenants("globex");
    }

    private int count(String table) {
        return database.jdbc().sql("select count(*) from " + table).query(Integer.class).single();
    }

    private int countAs(String tenant, String table) {
        return database.transactions().asTenant(tenant, () -> count(table));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "run_event",
                "run_snapshot",
                "mb_v4_queue_lease",
                "step_log",
                "mb_v4_run_budget",
                "run_history",
                "run_event_history",
                "run_budget_history"
            })
    void anotherTenantSeesAndChangesNothing(String table) {
        aRunOfAnother();

        assertThat(countAs("globex", table)).isZero();
        assertThat(count(table)).as("without any tenant").isZero();
        var deleted =
                database.transactions()
                        .asTenant(
                                "globex",
                                () -> database.jdbc().sql("delete from " + table).update());
        assertThat(deleted).isZero();
        assertThat(countAs(Engines.TENANT, table)).isPositive();
    }

    @Test
    void nobodyWritesInAnothersName() {
        aRunOfAnother();

        assertThatThrownBy(() ->
                        database.transactions()
                                .asTenant(
                                        "globex",
                                        () ->
                                                database.jdbc()
                                                        .sql(
                                                                """
                                                                insert into step_log (tenant_id, lease_key, at_byte, bytes)
                                                                values ('default', 'r-1:a:1', 99, '')
                                                                """)
                                                        .update()))
                .isInstanceOf(DataAccessException.class)
                .hasStackTraceContaining("row-level security");
    }
}
