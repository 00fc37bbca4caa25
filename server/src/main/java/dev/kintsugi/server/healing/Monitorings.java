package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.MonitoringView;
import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which tenants' components are checked again and again, and the checking. */
final class Monitorings {
    private static final Logger log = LoggerFactory.getLogger(Monitorings.class);

    /** How many tenants one round takes on. */
    private static final int BATCH = 100;

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final Components components;
    private final InstantSource clock;

    Monitorings(
            Transactions transactions,
            JdbcClient jdbc,
            Components components,
            InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.components = components;
        this.clock = clock;
    }

    /** Begins or ends it for a tenant; what is so already stays. */
    MonitoringView set(String tenant, boolean active) {
        return transactions.asTenant(
                tenant,
                () -> {
                    jdbc.sql(
                                    """
                                    insert into healing_monitoring (tenant_id, active) values (?, ?)
                                    on conflict (tenant_id) do update set active = excluded.active
                                    """)
                            .params(tenant, active)
                            .update();
                    return status(tenant);
                });
    }

    MonitoringView status(String tenant) {
        return transactions.asTenant(
                tenant,
                () -> {
                    int count = components.all(tenant).components().size();
                    return jdbc.sql("select * from healing_monitoring where tenant_id = ?")
                            .param(tenant)
                            .query((row, _) ->
                                    view(
                                            row.getBoolean("active"),
                                            count,
                                            row.getLong("rounds"),
                                            row.getTimestamp("last_round_at")))
                            .optional()
                            .orElseGet(() -> view(false, count, 0, null));
                });
    }

    private static MonitoringView view(
            boolean active, int components, long rounds, @Nullable Timestamp last) {
        return new MonitoringView(
                active,
                Components.INTERVAL.toSeconds(),
                components,
                rounds,
                last == null ? null : last.toInstant());
    }

    /** Checks the components of tenants whose turn it is; each is one server's. */
    void round() {
        for (String tenant : transactions.asSystem(this::due)) {
            try {
                components.lookAtAll(tenant);
            } catch (RuntimeException e) { // the others' components are looked at all the same
                log.warn("cannot check the components of tenant {} this time", tenant, e);
            }
        }
    }

    private List<String> due() {
        Instant now = clock.instant();
        return jdbc.sql(
                        """
                        update healing_monitoring set rounds = rounds + 1, last_round_at = :now
                        where tenant_id in (select tenant_id from healing_monitoring
                            where active and (last_round_at is null or last_round_at <= :before)
                            order by last_round_at nulls first limit :batch for update skip locked)
                        returning tenant_id
                        """)
                .param("now", Timestamp.from(now))
                .param("before", Timestamp.from(now.minus(Components.INTERVAL)))
                .param("batch", BATCH)
                .query((row, _) -> row.getString(1))
                .list();
    }
}
