package dev.kintsugi.server.queue;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which tenants wait for slots of a class, and how many slots one of them leaves to the others. See
 * docs/decisions/0019-fair-between-tenants.md.
 */
final class PostgresShares {
    /** Most tenants among which one claim is fair; where more wait, claims go round them. */
    static final int TENANTS = 64;

    /** How many more tasks a claim looks at than it takes. */
    static final int SPARE = 64;

    /** Each tenant that has a task waiting takes a probe or two of the index, however many. */
    private static final String WAITING =
            """
            with recursive next (tenant_id) as (
                (select tenant_id from mb_v4_queue_lease
                 where status = 'queued' and queue_name = :queue and tenant_id > :after order by tenant_id limit 1)
                union all
                select (select further.tenant_id from mb_v4_queue_lease further
                        where further.status = 'queued' and further.queue_name = :queue
                          and further.tenant_id > next.tenant_id order by further.tenant_id limit 1)
                from next where next.tenant_id is not null)
            select tenant_id from next
            where tenant_id is not null and exists (select from mb_v4_queue_lease ready
                where ready.status = 'queued' and ready.queue_name = :queue and ready.tenant_id = next.tenant_id
                  and ready.available_at <= :now)
            limit :most
            """;

    /**
     * Leases up to {@code room} tasks; {@code fairly} when more than one tenant waits. Locks what
     * it takes and nothing else; looks at {@code spare} more, as others may have some of them. No
     * join with the queue, for the reason of {@link NamedLeases}.
     */
    static final String CLAIM =
            """
            with held as (select tenant_id, count(*) as slots from mb_v4_queue_lease
                where status = 'leased' and queue_name = :queue and :fairly group by tenant_id),
            best as materialized (
                select first.lease_key, first.id, first.rank, coalesce(held.slots, 0)
                    + row_number() over (partition by waiting.tenant order by first.rank, first.id) as place
                from unnest(:tenants::text[]) as waiting (tenant)
                cross join lateral (
                    select lease_key, id, rank from mb_v4_queue_lease
                    where status = 'queued' and queue_name = :queue and tenant_id = waiting.tenant
                      and available_at <= :now and (home is null or home = :home)
                      and (agent is null and kind = any(:kinds) or agent = any(:agents))
                    order by rank, id limit :room + :spare) first
                left join held on held.tenant_id = waiting.tenant
                order by place, first.rank, first.id limit :room + :spare),
            taken as (
                select lease_key from mb_v4_queue_lease task
                where lease_key = any(array(select lease_key from best)) and status || '' = 'queued'
                order by array_position(array(select id from best order by place, rank, id), id)
                limit :room for update skip locked)
            update mb_v4_queue_lease task
            set status = 'leased', worker_id = :worker, progress = null, receipt = null, acquired_at = :now, last_heartbeat = :now,
                expires_at = :expires, token = nextval('queue_fence'), leases = leases + 1
            where lease_key = any(array(select lease_key from taken))
            returning task.task, task.token, task.rank, task.id
            """;

    private final JdbcClient jdbc;
    private final Map<String, String> last = new ConcurrentHashMap<>();

    PostgresShares(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Tenants that have a task waiting in the class, {@value #TENANTS} at most. */
    List<String> waiting(String queue, Instant now) {
        return after("", queue, now);
    }

    /** As {@link #waiting}; where there are more, others each time. */
    List<String> next(String queue, Instant now) {
        var after = last.getOrDefault(queue, "");
        var found = after(after, queue, now);
        if (found.isEmpty() && !after.isEmpty()) {
            found = after("", queue, now);
        }
        last.put(queue, found.size() < TENANTS ? "" : found.getLast());
        return found;
    }

    private List<String> after(String tenant, String queue, Instant now) {
        return jdbc.sql(WAITING)
                .param("after", tenant)
                .param("queue", queue)
                .param("now", Timestamp.from(now))
                .param("most", TENANTS)
                .query((row, _) -> row.getString(1))
                .list();
    }

    /**
     * How many slots of the class the tenant's own workers may take and leave one free for each
     * tenant that waits and has fewer; those get half of the class at most.
     */
    int room(String tenant, List<String> waiting, String queue) {
        return jdbc.sql(
                        """
                        with held as (select tenant_id, count(*) as slots from mb_v4_queue_lease
                            where status = 'leased' and queue_name = :queue group by tenant_id)
                        select max_leased - coalesce((select sum(slots) from held), 0)
                            - least(max_leased / 2, (select count(*) from unnest(:waiting::text[]) as other (id)
                                where other.id <> :tenant
                                  and coalesce((select slots from held where held.tenant_id = other.id), 0)
                                    < coalesce((select slots from held where held.tenant_id = :tenant), 0)))
                        from queue_class where queue_name = :queue
                        """)
                .param("queue", queue)
                .param("tenant", tenant)
                .param("waiting", waiting.toArray(String[]::new))
                .query(Integer.class)
                .single();
    }

    /** How many slots of the class are free; its row stays locked until the transaction ends. */
    int free(String queue) {
        var limit =
                jdbc.sql("select max_leased from queue_class where queue_name = ? for update")
                        .param(queue)
                        .query(Integer.class)
                        .single();
        var leased =
                jdbc.sql(
                                "select count(*) from mb_v4_queue_lease where status = 'leased' and queue_name = ?")
                        .param(queue)
                        .query(Integer.class)
                        .single();
        return limit - leased;
    }
}
