package dev.kintsugi.server.run;

import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Breakers in table {@code mb_v4_circuit_breaker}; of several probes in flight it keeps the first.
 */
final class PostgresBreakerRows implements BreakerRows {
    private final JdbcClient jdbc;

    PostgresBreakerRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public BreakerState lock(String tenant, FailureClass failureClass, Instant now) {
        jdbc.sql(
                        """
                        insert into mb_v4_circuit_breaker
                            (tenant_id, failure_class, threshold, state, created_at, updated_at)
                        values (:tenant, :class, 0, 'closed', :now, :now)
                        on conflict (tenant_id, failure_class) do nothing
                        """)
                .param("tenant", tenant)
                .param("class", lower(failureClass))
                .param("now", Timestamp.from(now))
                .update();
        return jdbc.sql(
                        "select * from mb_v4_circuit_breaker where tenant_id = ? and failure_class = ? for update")
                .param(tenant)
                .param(lower(failureClass))
                .query((row, _) -> state(row))
                .single();
    }

    private static BreakerState state(ResultSet row) throws SQLException {
        var probes = new TreeMap<Long, Instant>();
        var probeUntil = instant(row, "probe_until");
        if (probeUntil != null) {
            probes.put(row.getLong("probe_permit"), probeUntil);
        }
        return new BreakerState(
                BreakerPhase.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getInt("failure_count"),
                row.getInt("success_count"),
                instant(row, "opened_at"),
                row.getBoolean("isolated"),
                row.getLong("since_permit"),
                row.getLong("last_permit"),
                probes);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    @Override
    public void save(
            String tenant,
            FailureClass failureClass,
            BreakerState state,
            BreakerConfig config,
            Instant now) {
        var opened = state.openedAt();
        var probe = state.probes().isEmpty() ? null : state.probes().firstEntry();
        jdbc.sql(
                        """
                        update mb_v4_circuit_breaker
                        set state = :state, failure_count = :failures, success_count = :successes,
                            threshold = :threshold, opened_at = :opened, cooldown_until = :cooldown,
                            last_failure_at = case when :failures > failure_count or :state = 'open'
                                then :now else last_failure_at end,
                            isolated = :isolated, since_permit = :since, last_permit = :permit,
                            probe_permit = :probe, probe_until = :until, updated_at = :now
                        where tenant_id = :tenant and failure_class = :class
                        """)
                .param("state", state.phase().key())
                .param("failures", state.failureCount())
                .param("successes", state.successCount())
                .param("threshold", config.failureThreshold())
                .param("opened", timestamp(opened))
                .param("cooldown", timestamp(opened == null ? null : opened.plus(config.timeout())))
                .param("now", Timestamp.from(now))
                .param("isolated", state.isolated())
                .param("since", state.since())
                .param("permit", state.lastPermit())
                .param("probe", probe == null ? 0 : probe.getKey())
                .param("until", probe == null ? null : Timestamp.from(probe.getValue()))
                .param("tenant", tenant)
                .param("class", lower(failureClass))
                .update();
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }

    private static String lower(FailureClass failureClass) {
        return failureClass.name().toLowerCase(Locale.ROOT);
    }
}
