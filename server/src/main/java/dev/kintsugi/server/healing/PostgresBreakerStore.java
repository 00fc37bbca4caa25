package dev.kintsugi.server.healing;

import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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
                .query((row, _) -> BreakerColumns.read(row, row.getInt("failure_count")))
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
                        values (:component, :home, :state, :failures, :success_count, :opened_at, :isolated, :since_permit,
                            :last_permit, :now)
                        on conflict (component, home) do update
                            set state = excluded.state, failure_count = excluded.failure_count,
                                success_count = excluded.success_count, opened_at = excluded.opened_at,
                                isolated = excluded.isolated, since_permit = excluded.since_permit,
                                last_permit = excluded.last_permit, heard_at = excluded.heard_at
                        """)
                .param("component", component)
                .param("home", home)
                .params(BreakerColumns.of(state))
                .param("failures", state.failureCount())
                .param("now", Timestamp.from(now))
                .update();
    }
}
