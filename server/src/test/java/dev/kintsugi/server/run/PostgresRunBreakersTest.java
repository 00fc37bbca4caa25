package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.TestDatabase;
import org.junit.jupiter.api.AfterEach;

final class PostgresRunBreakersTest extends RunBreakersContract {
    private final TestDatabase database = TestDatabase.fresh().tenants(TENANT, OTHER);

    @AfterEach
    void close() {
        database.close();
    }

    @Override
    Opened opened() {
        return new Opened(new PostgresBreakerRows(database.jdbc()), database.transactions());
    }
}
