package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.platform.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

final class PostgresRunStoreTest extends RunStoreContract {
    private final TestDatabase database = TestDatabase.fresh().tenants(TENANT, OTHER);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void contentsThatAreTakenOverAreAsYoungAsNewOnes() {
        var taken = "a".repeat(64);
        var other = "b".repeat(64);
        for (var tenant : List.of(TENANT, OTHER)) {
            in(
                    tenant,
                    "insert into blob (tenant_id, hash, content, created_at) values ('%s', '%s', '', '2020-01-01'), ('%1$s', '%3$s', '', '2020-01-01')"
                            .formatted(tenant, taken, other));
        }
        var store = new PostgresRunStore(new JdbcTemplate(database.dataSource()));

        database.transactions()
                .asTenant(
                        TENANT,
                        () -> {
                            store.keepContents(TENANT, "{\"output\":\"%s\"}".formatted(taken));
                            return taken;
                        });

        assertThat(in(OTHER, "delete from blob where created_at < '2021-01-01'")).isEqualTo(2);
        assertThat(in(TENANT, "delete from blob where created_at < '2021-01-01'")).isEqualTo(1);
    }

    private int in(String tenant, String sql) {
        return database.transactions().asTenant(tenant, () -> database.jdbc().sql(sql).update());
    }

    @Override
    Opened opened() {
        return new Opened(
                new PostgresRunStore(new JdbcTemplate(database.dataSource())),
                database.transactions());
    }
}
