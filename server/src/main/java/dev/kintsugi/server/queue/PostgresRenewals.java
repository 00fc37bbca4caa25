package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Leases that go on, in PostgreSQL. */
final class PostgresRenewals {
    private final JdbcClient jdbc;

    PostgresRenewals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Renews those that are the worker's and current, and says what became of the others. One that
     * another transaction has locked just now is left as it is: it is renewed by the next
     * heartbeat, well within what its lease has left. Thus a heartbeat waits for nobody, and cannot
     * stand in a ring with who ends leases and then cancels others.
     */
    List<LostLease> renew(String worker, List<Lease> leases, Instant now, Instant expiresAt) {
        if (leases.isEmpty()) {
            return List.of();
        }
        var renewed =
                Set.copyOf(
                        jdbc.sql(
                                        """
                                        with current as (
                                            select lease_key from mb_v4_queue_lease
                                            where %s and status || '' = 'leased' and worker_id = :worker
                                            order by lease_key for update skip locked)
                                        update mb_v4_queue_lease set last_heartbeat = :now, expires_at = :expires
                                        where lease_key = any(array(select lease_key from current))
                                        returning lease_key, token
                                        """
                                                .formatted(NamedLeases.THESE))
                                .params(NamedLeases.named(leases))
                                .param("worker", worker)
                                .param("now", Timestamp.from(now))
                                .param("expires", Timestamp.from(expiresAt))
                                .query((row, _) -> lease(row))
                                .list());
        var others = leases.stream().filter(lease -> !renewed.contains(lease)).toList();
        return others.isEmpty() ? List.of() : lost(worker, others);
    }

    private List<LostLease> lost(String worker, List<Lease> others) {
        var standing = new HashMap<Lease, String>();
        jdbc.sql(
                        """
                        select lease_key, token, status from mb_v4_queue_lease
                        where %s and status || '' in ('leased', 'cancelled') and worker_id = :worker
                        """
                                .formatted(NamedLeases.THESE))
                .params(NamedLeases.named(others))
                .param("worker", worker)
                .query(row -> {
                    standing.put(lease(row), row.getString("status"));
                });
        return others.stream()
                .filter(lease -> !"leased".equals(standing.get(lease)))
                .map(lease ->
                        new LostLease(lease, standing.containsKey(lease) ? "cancelled" : "expired"))
                .toList();
    }

    private static Lease lease(ResultSet row) throws SQLException {
        return new Lease(row.getString("lease_key"), row.getLong("token"));
    }
}
