package dev.kintsugi.server.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.server.platform.TestDatabase;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PostgresBellTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TestDatabase DB = TestDatabase.fresh();

    @AfterAll
    static void close() {
        DB.close();
    }

    @Test
    void tellsOtherServersAndNotItselfAlsoAfterItsConnectionsWereCut() {
        List<Set<QueueClass>> here = new CopyOnWriteArrayList<>();
        List<Set<QueueClass>> there = new CopyOnWriteArrayList<>();
        try (var left = new PostgresBell(DB.dataSource());
                var right = new PostgresBell(DB.dataSource())) {
            left.onRing(here::add);
            right.onRing(there::add);
            left.start();
            right.start();

            rings(left, there);
            cut();
            there.clear();
            rings(left, there);

            assertThat(there)
                    .allSatisfy(classes ->
                            assertThat(classes).containsExactly(QueueClass.CPU, QueueClass.IO));
            assertThat(here).isEmpty();
        }
    }

    /** A ring into a connection that is just being made is not heard: so it rings again. */
    private static void rings(PostgresBell bell, List<Set<QueueClass>> heard) {
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            bell.ring(EnumSet.of(QueueClass.CPU, QueueClass.IO));
                            return heard;
                        },
                        all -> !all.isEmpty());
    }

    private static void cut() {
        DB.jdbc()
                .sql(
                        """
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where datname = current_database() and pid <> pg_backend_pid()
                          and (query ilike 'listen%' or query ilike '%pg_notify%')
                        """)
                .query((row, _) -> row.getBoolean(1))
                .list();
    }
}
