package dev.kintsugi.server.healing;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.health.CallCounts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Components and the counts of their calls. Called inside a transaction of the tenant. */
final class ComponentRows {
    /** Calls are counted by slices of so long. */
    static final Duration SLICE = Duration.ofSeconds(30);

    /** What an error rate is taken over. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    private final JdbcClient jdbc;

    ComponentRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A component with what is known about it.
     *
     * @param brokenSince when its circuit breaker opened; null when that is closed
     * @param lastError the message of the last failure reported; null when there is none
     * @param recoveries those of the window that are remembered; what breakers held back is none
     */
    record Known(
            Component component,
            CallCounts calls,
            @Nullable Instant brokenSince,
            @Nullable String lastError,
            CallCounts recoveries) {}

    /** Adds it, or gives it other settings; true when it was added. */
    boolean put(String tenant, Component component) {
        BreakerConfig config = component.config();
        return jdbc.sql(
                        """
                        insert into healing_component (tenant_id, component, critical, breaker, failure_threshold,
                            success_threshold, timeout_ms, half_open_max_calls, registered_at)
                        values (:tenant, :component, :critical, :breaker, :failures, :successes, :timeout, :probes, :now)
                        on conflict (tenant_id, component) do update
                            set critical = excluded.critical, breaker = excluded.breaker,
                                failure_threshold = excluded.failure_threshold,
                                success_threshold = excluded.success_threshold,
                                timeout_ms = excluded.timeout_ms,
                                half_open_max_calls = excluded.half_open_max_calls
                        returning xmax = 0
                        """)
                .param("tenant", tenant)
                .param("component", component.name())
                .param("critical", component.critical())
                .param("breaker", component.hasBreaker())
                .param("failures", config.failureThreshold())
                .param("successes", config.successThreshold())
                .param("timeout", config.timeout().toMillis())
                .param("probes", config.halfOpenMaxCalls())
                .param("now", Timestamp.from(component.registeredAt()))
                .query(Boolean.class)
                .single();
    }

    /** Nobody else adds one of the tenant's until the transaction ends. */
    void lockAdding(String tenant) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended('components of ' || ?, 0))")
                .param(tenant)
                .query(row -> {});
    }

    boolean isKnown(String tenant, String component) {
        return jdbc.sql(
                        "select exists (select from healing_component where tenant_id = ? and component = ?)")
                .params(tenant, component)
                .query(Boolean.class)
                .single();
    }

    int count(String tenant) {
        return jdbc.sql("select count(*) from healing_component where tenant_id = ?")
                .param(tenant)
                .query(Integer.class)
                .single();
    }

    List<Component> all(String tenant) {
        return jdbc.sql("select * from healing_component where tenant_id = ? order by component")
                .param(tenant)
                .query((row, _) -> component(row))
                .list();
    }

    /** Locked until the transaction ends, so that reports of one component follow each other. */
    Optional<Component> lock(String tenant, String component) {
        return jdbc.sql(
                        "select * from healing_component where tenant_id = ? and component = ? for update")
                .params(tenant, component)
                .query((row, _) -> component(row))
                .optional();
    }

    /** As {@link #known(String, Instant)}, of one. */
    Optional<Known> known(String tenant, String component, Instant now) {
        return known(tenant, component, "c.component = :component", now).stream().findFirst();
    }

    /** All components, sorted by name, with what is known about them. */
    List<Known> known(String tenant, Instant now) {
        return known(tenant, "", "true", now);
    }

    private List<Known> known(String tenant, String component, String which, Instant now) {
        return jdbc.sql(
                        """
                        select c.*, s.*, r.*, e.message, b.opened_at from healing_component c
                        left join healing_breaker b
                            on c.breaker and b.tenant_id = c.tenant_id and b.component = c.component
                        left join lateral (
                            select coalesce(sum(successes), 0) as successes, coalesce(sum(failures), 0) as failures,
                                coalesce(sum(criticals), 0) as criticals, coalesce(sum(timed), 0) as timed,
                                least(coalesce(sum(nanos), 0), :most) as nanos
                            from healing_slice where tenant_id = c.tenant_id and component = c.component
                                and slice > :since) s on true
                        left join (
                            select component as of, sum(count) filter (where outcome = 'failed') as unrecovered,
                                sum(count) filter (where outcome in ('recovered', 'verified')) as recovered
                            from healing_recovery where tenant_id = :tenant and at > :since
                            group by component) r on r.of = c.component
                        left join lateral (
                            select message from healing_error
                            where tenant_id = c.tenant_id and component = c.component
                            order by id desc limit 1) e on true
                        where c.tenant_id = :tenant and %s order by c.component
                        """
                                .formatted(which))
                .param("tenant", tenant)
                .param("component", component)
                .param("since", Timestamp.from(now.minus(WINDOW)))
                .param("most", Long.MAX_VALUE)
                .query((row, _) ->
                        new Known(
                                component(row),
                                new CallCounts(
                                        row.getLong("successes"),
                                        row.getLong("failures"),
                                        row.getLong("criticals"),
                                        row.getLong("timed"),
                                        row.getLong("nanos")),
                                instant(row, "opened_at"),
                                row.getString("message"),
                                new CallCounts(
                                        row.getLong("recovered"),
                                        row.getLong("unrecovered"),
                                        0,
                                        0,
                                        0)))
                .list();
    }

    /** Keeps a level, unless another server was first. */
    void level(
            String tenant, Component before, HoldDown<HealthStatus> level, @Nullable Instant at) {
        jdbc.sql(
                        """
                        update healing_component set status = :status, better = :better, worst_of_better = :worst,
                            checked_at = :at
                        where tenant_id = :tenant and component = :component
                            and checked_at is not distinct from :before and status = :was
                        """)
                .param("status", level.level().key())
                .param("better", level.better())
                .param("worst", level.worstOfBetter().key())
                .param("at", timestamp(at))
                .param("tenant", tenant)
                .param("component", before.name())
                .param("before", timestamp(before.checkedAt()))
                .param("was", before.level().level().key())
                .update();
    }

    /** Adds calls, and forgets those that have left the window. */
    void count(String tenant, String component, CallCounts calls, Instant now) {
        long slice = now.getEpochSecond() / SLICE.toSeconds() * SLICE.toSeconds();
        jdbc.sql(
                        """
                        insert into healing_slice (tenant_id, component, slice, successes, failures, criticals, timed, nanos)
                        values (:tenant, :component, :slice, :successes, :failures, :criticals, :timed, :nanos)
                        on conflict (tenant_id, component, slice) do update
                            set successes = healing_slice.successes + excluded.successes,
                                failures = healing_slice.failures + excluded.failures,
                                criticals = healing_slice.criticals + excluded.criticals,
                                timed = healing_slice.timed + excluded.timed,
                                nanos = least(healing_slice.nanos::numeric + excluded.nanos, :most)
                        """)
                .param("tenant", tenant)
                .param("component", component)
                .param("slice", Timestamp.from(Instant.ofEpochSecond(slice)))
                .param("successes", calls.successes())
                .param("failures", calls.failures())
                .param("criticals", calls.criticals())
                .param("timed", calls.timed())
                .param("nanos", calls.nanos())
                .param("most", Long.MAX_VALUE)
                .update();
        jdbc.sql("delete from healing_slice where tenant_id = ? and component = ? and slice <= ?")
                .params(tenant, component, Timestamp.from(now.minus(WINDOW)))
                .update();
    }

    /** Forgets calls, errors and recoveries of a component, and what followed from them. */
    void forget(String tenant, String component) {
        for (String table :
                List.of(
                        "healing_slice",
                        "healing_error",
                        "healing_recovery",
                        "healing_recovery_count")) {
            jdbc.sql("delete from " + table + " where tenant_id = ? and component = ?")
                    .params(tenant, component)
                    .update();
        }
        jdbc.sql(
                        """
                        update healing_component set status = default, better = default, worst_of_better = default,
                            checked_at = null
                        where tenant_id = ? and component = ?
                        """)
                .params(tenant, component)
                .update();
    }

    private static Component component(ResultSet row) throws SQLException {
        var usual = BreakerConfig.standard();
        return new Component(
                row.getString("component"),
                row.getBoolean("critical"),
                row.getBoolean("breaker"),
                new BreakerConfig(
                        row.getInt("failure_threshold"),
                        row.getInt("success_threshold"),
                        Duration.ofMillis(row.getLong("timeout_ms")),
                        row.getInt("half_open_max_calls"),
                        usual.probeLease()),
                new HoldDown<>(
                        status(row.getString("status")),
                        row.getInt("better"),
                        status(row.getString("worst_of_better"))),
                instant(row, "checked_at"),
                row.getTimestamp("registered_at").toInstant());
    }

    private static HealthStatus status(String key) {
        return HealthStatus.valueOf(key.toUpperCase(Locale.ROOT));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant at) {
        return at == null ? null : Timestamp.from(at);
    }
}
