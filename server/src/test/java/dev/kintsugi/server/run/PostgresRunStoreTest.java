package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.core.JdbcTemplate;

final class PostgresRunStoreTest extends RunStoreContract {
    private final TestDatabase database = TestDatabase.fresh().tenants(TENANT, OTHER);

    @AfterEach
    void close() {
        database.close();
    }

    @Override
    Opened opened() {
        return new Opened(
                new PostgresRunStore(new JdbcTemplate(database.dataSource())),
                database.transactions());
    }
}
