package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.RecoveryEntry;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.server.platform.Columns;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Recoveries that ended. Called inside a transaction of the tenant. */
final class RecoveryRows {
    /** How many recoveries of a tenant are remembered one by one. */
    static final int HISTORY = 1_000;

    private static final String ENDED =
            """
            unnest(:at::timestamptz[], :components::text[], :operations::text[], :actions::text[], :outcomes::text[],
                   :attempts::bigint[], :durations::float8[], :messages::text[], :counts::bigint[]) with ordinality
                as ended (at, component, operation, action, outcome, attempts, duration_ms, message, count, place)
            """;

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

    /** Adds these, in order. */
    void add(String tenant, List<RecoveryEntry> ended) {
        if (ended.isEmpty()) {
            return;
        }
        rows(
                        tenant,
                        ended,
                        """
                        insert into healing_recovery
                            (tenant_id, at, component, operation, action, outcome, attempts, duration_ms, message, count)
                        select :tenant, at, component, operation, action, outcome, attempts, duration_ms, message, count
                        from %s order by place
                        """)
                .update();
        rows(
                        tenant,
                        ended,
                        """
                        insert into healing_recovery_count as c
                            (tenant_id, component, action, failed, contained, recovered, verified, duration_ms)
                        select :tenant, component, action,
                            coalesce(sum(count) filter (where outcome = 'failed'), 0),
                            coalesce(sum(count) filter (where outcome = 'contained'), 0),
                            coalesce(sum(count) filter (where outcome = 'recovered'), 0),
                            coalesce(sum(count) filter (where outcome = 'verified'), 0), sum(count * duration_ms)
                        from %s group by component, action
                        on conflict (tenant_id, component, action) do update
                            set failed = c.failed + excluded.failed, contained = c.contained + excluded.contained,
                                recovered = c.recovered + excluded.recovered, verified = c.verified + excluded.verified,
                                duration_ms = c.duration_ms + excluded.duration_ms
                        """)
                .update();
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

    /** A statement over the entries; with one for each, a report takes a third of a second. */
    private StatementSpec rows(String tenant, List<RecoveryEntry> ended, String sql) {
        return jdbc.sql(sql.formatted(ENDED))
                .param("tenant", tenant)
                .param("at", Columns.times(ended, RecoveryEntry::at))
                .param("components", Columns.texts(ended, RecoveryEntry::component))
                .param("operations", Columns.texts(ended, RecoveryEntry::operation))
                .param("actions", Columns.texts(ended, it -> it.action().key()))
                .param("outcomes", Columns.texts(ended, it -> lower(it.outcome())))
                .param("attempts", Columns.numbers(ended, it -> (long) it.attempts()))
                .param("durations", Columns.texts(ended, it -> "" + it.durationMs()))
                .param("messages", Columns.texts(ended, RecoveryEntry::message))
                .param("counts", Columns.numbers(ended, it -> (long) count(it)));
    }

    /** How many recoveries one entry stands for. */
    static int count(RecoveryEntry entry) {
        return entry.count() == null ? 1 : entry.count();
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
                            row.getString("message"),
                            row.getInt("count"));
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
