package dev.kintsugi.server.healing;

import dev.kintsugi.client.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
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
        jdbc.sql(
                        """
                        insert into healing_breaker (tenant_id, component, state, success_count, opened_at, isolated,
                            since_permit, last_permit, nodes, updated_at)
                        values (:tenant, :component, :state, :success_count, :opened_at, :isolated, :since_permit, :last_permit,
                            :nodes::jsonb, :now)
                        on conflict (tenant_id, component) do update
                            set state = excluded.state, success_count = excluded.success_count,
                                opened_at = excluded.opened_at, isolated = excluded.isolated,
                                since_permit = excluded.since_permit, last_permit = excluded.last_permit,
                                nodes = excluded.nodes, updated_at = excluded.updated_at
                        """)
                .param("tenant", tenant)
                .param("component", component)
                .params(BreakerColumns.of(breaker.state()))
                .param("nodes", Json.mapper().writeValueAsString(breaker.nodes()))
                .param("now", Timestamp.from(now))
                .update();
    }

    private static FleetBreaker breaker(ResultSet row) throws SQLException {
        return new FleetBreaker(
                BreakerColumns.read(row, 0), NODES.readValue(row.getString("nodes")));
    }
}
