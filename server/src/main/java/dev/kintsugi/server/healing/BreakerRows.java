package dev.kintsugi.server.healing;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;

/**
 * Circuit breakers of components. Called inside a transaction of the tenant that has locked the
 * component where it saves.
 */
final class BreakerRows {
    /** What servers of an earlier version left out is nothing. */
    private static final ObjectReader NODES =
            Json.mapper()
                    .readerFor(new TypeReference<TreeMap<String, Node>>() {})
                    .without(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private final JdbcClient jdbc;

    BreakerRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A component's breaker; a closed one when nothing was reported yet. */
    FleetBreaker of(String tenant, String component) {
        return jdbc.sql("select * from healing_breaker where tenant_id = ? and component = ?")
                .params(tenant, component)
                .query((row, _) -> breaker(row))
                .optional()
                .orElseGet(FleetBreaker::closed);
    }

    /** All that something was reported of, by component. */
    SortedMap<String, FleetBreaker> all(String tenant) {
        var all = new TreeMap<String, FleetBreaker>();
        jdbc.sql("select * from healing_breaker where tenant_id = ?")
                .param(tenant)
                .query(row -> {
                    all.put(row.getString("component"), breaker(row));
                });
        return all;
    }

    void save(String tenant, String component, FleetBreaker breaker, Instant now) {
        BreakerState state = breaker.state();
        jdbc.sql(
                        """
                        insert into healing_breaker (tenant_id, component, state, success_count, opened_at, isolated,
                            since_permit, last_permit, nodes, updated_at)
                        values (:tenant, :component, :state, :successes, :opened, :isolated, :since, :permit,
                            :nodes::jsonb, :now)
                        on conflict (tenant_id, component) do update
                            set state = excluded.state, success_count = excluded.success_count,
                                opened_at = excluded.opened_at, isolated = excluded.isolated,
                                since_permit = excluded.since_permit, last_permit = excluded.last_permit,
                                nodes = excluded.nodes, updated_at = excluded.updated_at
                        """)
                .param("tenant", tenant)
                .param("component", component)
                .param("state", state.phase().key())
                .param("successes", state.successCount())
                .param("opened", timestamp(state.openedAt()))
                .param("isolated", state.isolated())
                .param("since", state.since())
                .param("permit", state.lastPermit())
                .param("nodes", Json.mapper().writeValueAsString(breaker.nodes()))
                .param("now", Timestamp.from(now))
                .update();
    }

    private static FleetBreaker breaker(ResultSet row) throws SQLException {
        Timestamp openedAt = row.getTimestamp("opened_at");
        var state =
                new BreakerState(
                        BreakerPhase.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                        0,
                        row.getInt("success_count"),
                        openedAt == null ? null : openedAt.toInstant(),
                        row.getBoolean("isolated"),
                        row.getLong("since_permit"),
                        row.getLong("last_permit"),
                        new TreeMap<>());
        return new FleetBreaker(state, NODES.readValue(row.getString("nodes")));
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant at) {
        return at == null ? null : Timestamp.from(at);
    }
}
