package dev.kintsugi.server.queue;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.platform.Columns;
import dev.kintsugi.server.queue.TaskStore.Gift;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** How tasks come into the queue's table. */
final class PostgresPuts {
    private static final String TASKS =
            """
            unnest(:queues::text[], :tenants::text[], :keys::text[], :runs::text[], :kinds::text[], :ranks::bigint[],
                   :available::timestamptz[], :tasks::text[], :homes::text[], :agents::text[], :most::bigint[],
                   :workers::text[])
                as put (queue, tenant, key, run, kind, rank, available, task, home, agent, max_ms, worker)
            """;

    private final JdbcClient jdbc;

    PostgresPuts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void put(List<QueuedTask> tasks) {
        var sql =
                """
                insert into mb_v4_queue_lease
                    (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at, task, home, agent, max_ms)
                select queue, tenant, key, 'queued', run, kind, rank, available, task, home, agent, max_ms
                from %s
                on conflict (lease_key) do update
                    set status = 'queued', rank = excluded.rank, available_at = excluded.available_at,
                        task = excluded.task, agent = excluded.agent, ended_at = null
                    where mb_v4_queue_lease.status = 'lost'
                """;
        columns(sql, tasks.stream().map(task -> new Gift(task, null)).toList()).update();
    }

    List<LeasedTask> give(List<Gift> gifts, Instant now, Instant expiresAt) {
        var sql =
                """
                insert into mb_v4_queue_lease
                    (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at, task, home, agent, max_ms,
                     worker_id, acquired_at, last_heartbeat, expires_at, token, leases)
                select queue, tenant, key, 'leased', run, kind, rank, available, task, home, agent, max_ms,
                       worker, :now, :now, :expires, nextval('queue_fence'), 1
                from %s
                on conflict (lease_key) do update
                    set status = 'leased', rank = excluded.rank, available_at = excluded.available_at,
                        task = excluded.task, agent = excluded.agent, ended_at = null, worker_id = excluded.worker_id,
                        progress = null, receipt = null, acquired_at = excluded.acquired_at,
                        last_heartbeat = excluded.last_heartbeat, expires_at = excluded.expires_at,
                        token = excluded.token, leases = mb_v4_queue_lease.leases + 1
                    where mb_v4_queue_lease.status = 'lost'
                returning lease_key, token
                """;
        var tokens = new HashMap<String, Long>();
        columns(sql, gifts)
                .param("now", Timestamp.from(now))
                .param("expires", Timestamp.from(expiresAt))
                .query(row -> {
                    tokens.put(row.getString(1), row.getLong(2));
                });
        return gifts.stream()
                .map(Gift::queued)
                .filter(queued -> tokens.containsKey(queued.task().key()))
                .map(queued ->
                        new LeasedTask(
                                queued.task(),
                                queued.queue(),
                                tokens.getOrDefault(queued.task().key(), 0L),
                                expiresAt))
                .toList();
    }

    private StatementSpec columns(String sql, List<Gift> tasks) {
        return jdbc.sql(sql.formatted(TASKS))
                .param("queues", Columns.texts(tasks, one -> lower(one.queued().queue())))
                .param("tenants", Columns.texts(tasks, one -> one.queued().task().tenant()))
                .param("keys", Columns.texts(tasks, one -> one.queued().task().key()))
                .param("runs", Columns.texts(tasks, one -> one.queued().task().run()))
                .param("kinds", Columns.texts(tasks, one -> lower(one.queued().task().kind())))
                .param("ranks", Columns.numbers(tasks, one -> one.queued().rank()))
                .param("available", Columns.times(tasks, one -> one.queued().availableAt()))
                .param(
                        "tasks",
                        Columns.texts(
                                tasks,
                                one -> Json.mapper().writeValueAsString(one.queued().task())))
                .param("homes", Columns.texts(tasks, one -> one.queued().home()))
                .param("agents", Columns.texts(tasks, one -> one.queued().task().agent()))
                .param("most", Columns.numbers(tasks, one -> mostMillis(one.queued())))
                .param("workers", Columns.texts(tasks, Gift::worker));
    }

    private static long mostMillis(QueuedTask queued) {
        var definition = queued.task().definition();
        return definition == null ? 0 : definition.timeout().toMillis();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
