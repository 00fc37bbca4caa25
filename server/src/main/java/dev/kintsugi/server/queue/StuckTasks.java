package dev.kintsugi.server.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tells tasks that stand still from tasks that are slow. A renewed lease is no progress: another
 * word of how far the work is, or more output, is. Called inside a transaction of the system.
 */
public final class StuckTasks {
    /** Most tasks that one look gives at once. */
    public static final int MOST = 256;

    /** How long a task waits for its agent before that is told. */
    static final Duration UNSERVED = Duration.ofMinutes(10);

    private static final String SEE =
            """
            update mb_v4_queue_lease held
            set seen_token = held.token, seen_progress = held.progress, seen_bytes = now.bytes, seen_at = clock_timestamp()
            from (select leased.lease_key, coalesce((select at_byte + octet_length(bytes) from step_log
                      where step_log.tenant_id = leased.tenant_id and step_log.lease_key = leased.lease_key
                        and step_log.token = leased.token order by at_byte desc limit 1), 0) as bytes
                  from mb_v4_queue_lease leased where leased.status = 'leased' for update skip locked) now
            where held.lease_key = now.lease_key and (held.seen_token is distinct from held.token
                or held.seen_progress is distinct from held.progress or held.seen_bytes is distinct from now.bytes)
            """;

    private final JdbcClient jdbc;

    public StuckTasks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A task that makes no progress.
     *
     * @param agent that nobody offers; null when a worker has the task
     * @param silence since when nothing new was seen of it, or it waits
     * @param most that it may take by its plan; zero when that says nothing
     */
    public record Still(
            String tenant,
            String run,
            String key,
            @Nullable String agent,
            Duration silence,
            Duration most) {}

    /** Looks at every leased task once. */
    public void see() {
        jdbc.sql(SEE).update();
    }

    /**
     * Tasks of which nothing new was seen for long, in the order of their keys, {@link #MOST} at
     * most.
     *
     * @param after the last key of the page before; empty for the first page
     */
    public List<Still> silent(Duration atLeast, String after) {
        return jdbc.sql(
                        """
                        select tenant_id, run_id, lease_key, null as agent, max_ms,
                            extract(epoch from clock_timestamp() - seen_at)::bigint as silent
                        from mb_v4_queue_lease where status = 'leased' and seen_token = token
                          and seen_at < clock_timestamp() - :least * interval '1 second' and lease_key > :after
                        order by lease_key limit :most
                        """)
                .param("least", atLeast.toSeconds())
                .param("after", after)
                .param("most", MOST)
                .query((row, _) -> still(row))
                .list();
    }

    private static Still still(ResultSet row) throws SQLException {
        return new Still(
                row.getString("tenant_id"),
                row.getString("run_id"),
                row.getString("lease_key"),
                row.getString("agent"),
                Duration.ofSeconds(row.getLong("silent")),
                Duration.ofMillis(row.getLong("max_ms")));
    }

    /** Tasks that wait for agents which no worker that was heard of lately offers. */
    public List<Still> unserved(Instant now) {
        return jdbc.sql(
                        """
                        select tenant_id, run_id, lease_key, agent, max_ms,
                            extract(epoch from :now - available_at)::bigint as silent
                        from mb_v4_queue_lease waiting where status = 'queued' and agent is not null
                          and available_at < :before and not exists (select from worker
                              where worker.tenant_id = waiting.tenant_id and worker.last_seen > :before
                                and jsonb_exists(worker.agents::jsonb, waiting.agent))
                        order by available_at limit :most
                        """)
                .param("now", Timestamp.from(now))
                .param("before", Timestamp.from(now.minus(UNSERVED)))
                .param("most", MOST)
                .query((row, _) -> still(row))
                .list();
    }

    /**
     * Takes tasks from whoever has them: their leases are no longer current, and no report under
     * them is taken. Nothing is taken that waits, was lost or was cancelled.
     *
     * @return those that were taken
     */
    public List<TaskStore.Ended> revoke(List<String> keys, Instant now) {
        return jdbc.sql(
                        """
                        with held as (
                            select lease_key from mb_v4_queue_lease
                            where lease_key = any(:keys) and status = 'leased'
                            order by lease_key for update)
                        update mb_v4_queue_lease taken set status = 'lost', ended_at = :now
                        from held where taken.lease_key = held.lease_key returning task, queue_name, receipt
                        """)
                .param("now", Timestamp.from(now))
                .param("keys", keys.toArray(String[]::new))
                .query((row, _) -> PostgresTaskStore.ended(row))
                .list();
    }

    /** Those of the tasks that nobody has and nobody will get: lost, or unknown to the queue. */
    public List<String> orphans(List<String> keys) {
        return jdbc.sql(
                        """
                        select key from unnest(:keys::text[]) as asked (key) where not exists
                            (select from mb_v4_queue_lease where lease_key = key and status <> 'lost')
                        """)
                .param("keys", keys.toArray(String[]::new))
                .query((row, _) -> row.getString(1))
                .list();
    }
}
