package dev.kintsugi.server.healing;

import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The breakers of one server in the database that all share. A probe that was in flight when the
 * server died is not kept: its place is free again.
 */
final class PostgresBreakerStore implements BreakerStore {
    /** Who saved nothing for so long is gone and has no say; servers save every second. */
    static final Duration LATELY = Duration.ofSeconds(10);

    private final JdbcClient jdbc;
    private final String home;
    private final InstantSource clock;

    /**
     * @param home this server's, which is its name among the others
     * @param clock one that all servers agree on
     */
    PostgresBreakerStore(JdbcClient jdbc, String home, InstantSource clock) {
        this.jdbc = jdbc;
        this.home = home;
        this.clock = clock;
    }

    @Override
    public BreakerState load(String component) {
        return jdbc.sql("select * from server_breaker where component = ? and home = ?")
                .params(component, home)
                .query((row, _) -> state(row))
                .optional()
                .orElseGet(BreakerState::closed);
    }

    @Override
    public Votes save(String component, BreakerState state) {
        Instant now = clock.instant();
        write(component, state, now);
        List<Optional<Instant>> heard =
                jdbc.sql(
                                "select opened_at from server_breaker where component = ? and heard_at > ?")
                        .params(component, Timestamp.from(now.minus(LATELY)))
                        .query((row, _) ->
                                Optional.ofNullable(row.getTimestamp(1)).map(Timestamp::toInstant))
                        .list();
        return new Votes(
                Math.max(1, heard.size()), heard.stream().flatMap(Optional::stream).toList());
    }

    private void write(String component, BreakerState state, Instant now) {
        jdbc.sql(
                        """
                        insert into server_breaker (component, home, state, failure_count, success_count, opened_at,
                            isolated, since_permit, last_permit, heard_at)
                        values (:component, :home, :state, :failures, :successes, :opened, :isolated, :since, :permit, :now)
                        on conflict (component, home) do update
                            set state = excluded.state, failure_count = excluded.failure_count,
                                success_count = excluded.success_count, opened_at = excluded.opened_at,
                                isolated = excluded.isolated, since_permit = excluded.since_permit,
                                last_permit = excluded.last_permit, heard_at = excluded.heard_at
                        """)
                .param("component", component)
                .param("home", home)
                .param("state", state.phase().key())
                .param("failures", state.failureCount())
                .param("successes", state.successCount())
                .param("opened", timestamp(state.openedAt()))
                .param("isolated", state.isolated())
                .param("since", state.since())
                .param("permit", state.lastPermit())
                .param("now", Timestamp.from(now))
                .update();
    }

    private static BreakerState state(ResultSet row) throws SQLException {
        Timestamp openedAt = row.getTimestamp("opened_at");
        return new BreakerState(
                BreakerPhase.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getInt("failure_count"),
                row.getInt("success_count"),
                openedAt == null ? null : openedAt.toInstant(),
                row.getBoolean("isolated"),
                row.getLong("since_permit"),
                row.getLong("last_permit"),
                new TreeMap<>());
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant at) {
        return at == null ? null : Timestamp.from(at);
    }
}
