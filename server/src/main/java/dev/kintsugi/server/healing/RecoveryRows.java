package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.RecoveryEntry;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import java.sql.Timestamp;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Recoveries that ended. Called inside a transaction of the tenant. */
final class RecoveryRows {
    /** How many recoveries of a tenant are remembered one by one. */
    static final int HISTORY = 1_000;

    private final JdbcClient jdbc;

    RecoveryRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * How recoveries of one component by one action ended, counted.
     *
     * @param durationMs of all together
     */
    record Count(
            String component,
            RecoveryAction action,
            long failed,
            long contained,
            long recovered,
            long verified,
            double durationMs) {}

    void add(String tenant, List<RecoveryEntry> ended) {
        for (RecoveryEntry recovery : ended) {
            jdbc.sql(
                            """
                            insert into healing_recovery
                                (tenant_id, at, component, operation, action, outcome, attempts, duration_ms, message)
                            values (:tenant, :at, :component, :operation, :action, :outcome, :attempts, :duration, :message)
                            """)
                    .param("tenant", tenant)
                    .param("at", Timestamp.from(recovery.at()))
                    .param("component", recovery.component())
                    .param("operation", recovery.operation())
                    .param("action", recovery.action().key())
                    .param("outcome", lower(recovery.outcome()))
                    .param("attempts", recovery.attempts())
                    .param("duration", recovery.durationMs())
                    .param("message", recovery.message())
                    .update();
            count(tenant, recovery);
        }
        if (!ended.isEmpty()) {
            jdbc.sql(
                            """
                            delete from healing_recovery where tenant_id = :tenant and id <=
                                (select id from healing_recovery where tenant_id = :tenant
                                 order by id desc offset :history limit 1)
                            """)
                    .param("tenant", tenant)
                    .param("history", HISTORY)
                    .update();
        }
    }

    private void count(String tenant, RecoveryEntry recovery) {
        String outcome = lower(recovery.outcome());
        jdbc.sql(
                        """
                        insert into healing_recovery_count as c
                            (tenant_id, component, action, failed, contained, recovered, verified, duration_ms)
                        values (:tenant, :component, :action, (:outcome = 'failed')::int, (:outcome = 'contained')::int,
                            (:outcome = 'recovered')::int, (:outcome = 'verified')::int, :duration)
                        on conflict (tenant_id, component, action) do update
                            set failed = c.failed + excluded.failed, contained = c.contained + excluded.contained,
                                recovered = c.recovered + excluded.recovered, verified = c.verified + excluded.verified,
                                duration_ms = c.duration_ms + excluded.duration_ms
                        """)
                .param("tenant", tenant)
                .param("component", recovery.component())
                .param("action", recovery.action().key())
                .param("outcome", outcome)
                .param("duration", recovery.durationMs())
                .update();
    }

    /** All counts, sorted. */
    List<Count> counts(String tenant) {
        return jdbc.sql(
                        "select * from healing_recovery_count where tenant_id = ? order by component, action")
                .param(tenant)
                .query((row, _) ->
                        new Count(
                                row.getString("component"),
                                action(row.getString("action")),
                                row.getLong("failed"),
                                row.getLong("contained"),
                                row.getLong("recovered"),
                                row.getLong("verified"),
                                row.getDouble("duration_ms")))
                .list();
    }

    /** The last ones, newest first. */
    List<RecoveryEntry> recent(String tenant, int count) {
        return jdbc.sql(
                        "select * from healing_recovery where tenant_id = ? order by id desc limit ?")
                .params(tenant, count)
                .query((row, _) -> {
                    Outcome outcome = outcome(row.getString("outcome"));
                    return new RecoveryEntry(
                            row.getTimestamp("at").toInstant(),
                            row.getString("component"),
                            row.getString("operation"),
                            action(row.getString("action")),
                            outcome.isSuccess(),
                            outcome,
                            row.getInt("attempts"),
                            row.getDouble("duration_ms"),
                            row.getString("message"));
                })
                .list();
    }

    private static RecoveryAction action(String key) {
        return RecoveryAction.valueOf(key.toUpperCase(Locale.ROOT));
    }

    private static Outcome outcome(String key) {
        return Outcome.valueOf(key.toUpperCase(Locale.ROOT));
    }

    private static String lower(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
