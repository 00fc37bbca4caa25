package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.platform.BlocksRead;
import dev.kintsugi.server.platform.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

final class PostgresRunStoreTest extends RunStoreContract {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

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

    /** The plan of a server's first minutes must do for the run that is its hundred-thousandth. */
    @Test
    void whatIsPendingIsFoundWithoutALookAtEveryRun() {
        var store = new PostgresRunStore(new JdbcTemplate(database.dataSource()));

        long blocks =
                database.transactions()
                        .asSystem(() -> {
                            for (int i = 0; i < 12; i++) {
                                store.add(
                                        List.of(
                                                new RunStore.NewRun(
                                                        run(TENANT, "few-" + i, START, null),
                                                        "plan",
                                                        "view")));
                                store.pending(10, 1);
                            }
                            store.add(
                                    IntStream.range(0, 3_000)
                                            .mapToObj(i ->
                                                    new RunStore.NewRun(
                                                            run(TENANT, "many-" + i, START, null),
                                                            "plan",
                                                            "view"))
                                            .toList());
                            long begin = BlocksRead.of("run", database.jdbc());
                            store.pending(10, 1);
                            return BlocksRead.of("run", database.jdbc()) - begin;
                        });

        assertThat(blocks).isLessThan(20);
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
