package dev.kintsugi.server.waiting;

import dev.kintsugi.server.platform.TestDatabase;
import org.junit.jupiter.api.AfterAll;

final class PostgresLeftToWorkersTest extends LeftToWorkersContract {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("one");

    PostgresLeftToWorkersTest() {
        super(new WaitsContract.Kept(DB.transactions(), new PostgresWaitStore(DB.jdbc())));
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
    void born(String run) {
        PostgresWaitsTest.born(DB, "one", run);
    }
}
