package dev.kintsugi.server.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.platform.TestDatabase;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

final class PostgresWaitsTest extends WaitsContract {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("one", "two");

    PostgresWaitsTest() {
        super(new Kept(DB.transactions(), new PostgresWaitStore(DB.jdbc())));
    }

    @AfterAll
    static void close() {
        DB.close();
    }

    @Test
    void aSweepLeavesATenantToWhoeverChangesItsWaitsAndWaitsForThemAtLast() throws Exception {
        var store = new PostgresWaitStore(DB.jdbc());
        var sweeping = waits();
        asksForALock("r1");
        var swept = new CompletableFuture<Integer>();

        DB.transactions()
                .asSystem(() -> {
                    store.lock("one");
                    for (var round = 0; round < 5; round++) {
                        inAnotherThread(sweeping::sweep).join();
                    }
                    inAnotherThread(sweeping::sweep).thenRun(() -> swept.complete(1));
                    assertThat(swept).isNotDone();
                    return store;
                });

        assertThat(swept.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }

    private static CompletableFuture<Void> inAnotherThread(Runnable work) {
        return CompletableFuture.runAsync(work, Thread::startVirtualThread);
    }

    @Override
    void clear() {
        DB.transactions().asSystem(() -> DB.jdbc().sql("delete from run").update());
    }

    @Override
    void born(String tenant, String run) {
        born(DB, tenant, run);
    }

    static void born(TestDatabase database, String tenant, String run) {
        database.transactions()
                .asTenant(
                        tenant,
                        () ->
                                database.jdbc()
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
