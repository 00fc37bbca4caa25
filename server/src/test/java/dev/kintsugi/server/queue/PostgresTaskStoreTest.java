package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.server.platform.TestDatabase;
import java.util.Locale;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.core.JdbcTemplate;

final class PostgresTaskStoreTest extends GivenTasksContract {
    private final TestDatabase database = TestDatabase.fresh();

    @AfterEach
    void close() {
        database.close();
    }

    @Override
    Opened open(SortedMap<QueueClass, Integer> limits) {
        limits.forEach((queue, limit) ->
                database.transactions()
                        .asSystem(() ->
                                database.jdbc()
                                        .sql(
                                                "update queue_class set max_leased = ? where queue_name = ?")
                                        .param(limit)
                                        .param(queue.name().toLowerCase(Locale.ROOT))
                                        .update()));
        return new Opened(
                new PostgresTaskStore(new JdbcTemplate(database.dataSource()), HOME),
                database.transactions());
    }
}
