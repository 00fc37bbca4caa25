package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Leases that go on, in PostgreSQL. */
final class PostgresRenewals {
    private final JdbcClient jdbc;

    PostgresRenewals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Renews those that are the worker's and current, and says what became of the others. */
    List<LostLease> renew(String worker, List<Lease> leases, Instant now, Instant expiresAt) {
        if (leases.isEmpty()) {
            return List.of();
        }
        // in the order of keys, so that two heartbeats never wait for each other
        var renewed =
                Set.copyOf(
                        given(
                                worker,
                                leases,
                                """
                                with current as (
                                    select id, lease_key, token from mb_v4_queue_lease
                                    where (lease_key, token) in (select * from unnest(:keys::text[], :tokens::bigint[]))
                                      and status = 'leased' and worker_id = :worker
                                    order by lease_key for update)
                                update mb_v4_queue_lease renewed set last_heartbeat = :now, expires_at = :expires
                                from current where renewed.id = current.id
                                returning current.lease_key, current.token
                                """,
                                now,
                                expiresAt));
        var gone = leases.stream().filter(lease -> !renewed.contains(lease)).toList();
        if (gone.isEmpty()) {
            return List.of();
        }
        var cancelled =
                Set.copyOf(
                        given(
                                worker,
                                gone,
                                """
                                select lease_key, token from mb_v4_queue_lease
                                where (lease_key, token) in (select * from unnest(:keys::text[], :tokens::bigint[]))
                                  and status = 'cancelled' and worker_id = :worker
                                """,
                                now,
                                expiresAt));
        return gone.stream()
                .map(lease ->
                        new LostLease(lease, cancelled.contains(lease) ? "cancelled" : "expired"))
                .toList();
    }

    private List<Lease> given(
            String worker, List<Lease> leases, String sql, Instant now, Instant expiresAt) {
        return jdbc.sql(sql)
                .param("worker", worker)
                .param("keys", leases.stream().map(Lease::key).toArray(String[]::new))
                .param("tokens", leases.stream().map(Lease::token).toArray(Long[]::new))
                .param("now", Timestamp.from(now))
                .param("expires", Timestamp.from(expiresAt))
                .query((row, _) -> new Lease(row.getString(1), row.getLong(2)))
                .list();
    }
}
