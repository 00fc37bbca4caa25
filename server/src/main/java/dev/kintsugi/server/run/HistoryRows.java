package dev.kintsugi.server.run;

import dev.kintsugi.server.run.RunStore.Snapshot;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Runs that ended a while ago, in tables {@code run_history} and {@code run_event_history}. */
final class HistoryRows {
    private final JdbcClient jdbc;

    HistoryRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<RunRow> find(String run) {
        return jdbc.sql(PostgresRunStore.COLUMNS + "from run_history where run_id = ?")
                .param(run)
                .query(PostgresRunStore::row)
                .optional();
    }

    String plan(String run) {
        return jdbc.sql("select plan from run_history where run_id = ?")
                .param(run)
                .query(String.class)
                .single();
    }

    List<LoggedEvent> events(String run, long after, int max) {
        return jdbc.sql(
                        """
                        select seq, body, mac, notes from run_event_history
                        where run_id = ? and seq > ? order by seq limit ?
                        """)
                .params(run, after, max)
                .query(PostgresRunStore::event)
                .list();
    }

    Optional<Snapshot> snapshot(String run) {
        return jdbc.sql(
                        """
                        select snapshot_seq, snapshot from run_history
                        where run_id = ? and snapshot is not null
                        """)
                .param(run)
                .query((row, _) -> new Snapshot(row.getLong(1), row.getBytes(2)))
                .optional();
    }
}
