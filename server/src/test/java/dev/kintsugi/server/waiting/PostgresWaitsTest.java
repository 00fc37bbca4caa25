package dev.kintsugi.server.waiting;

import dev.kintsugi.server.platform.TestDatabase;
import org.junit.jupiter.api.AfterAll;

final class PostgresWaitsTest extends WaitsContract {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("one", "two");

    PostgresWaitsTest() {
        super(new Kept(DB.transactions(), new PostgresWaitStore(DB.jdbc())));
    }

    @AfterAll
    static void close() {
        DB.close();
    }

    @Override
    void clear() {
        DB.transactions().asSystem(() -> DB.jdbc().sql("delete from run").update());
    }

    @Override
    void born(String tenant, String run) {
        DB.transactions()
                .asTenant(
                        tenant,
                        () ->
                                DB.jdbc()
                                        .sql(
                                                """
                                                insert into run (tenant_id, run_id, name, status, plan, rules, seq, mac, view,
                                                                 created_at)
                                                values (?, ?, 'n', 'running', '{}', 1, 0, '', '{}', now())
                                                on conflict do nothing
                                                """)
                                        .param(tenant)
                                        .param(run)
                                        .update());
    }
}
