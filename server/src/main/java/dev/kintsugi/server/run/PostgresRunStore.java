package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs in tables {@code run}, {@code run_event}, {@code run_inbox}, {@code run_timer} and {@code
 * run_snapshot}.
 */
public final class PostgresRunStore implements RunStore {
    private final JdbcTemplate batch;
    private final JdbcClient jdbc;

    public PostgresRunStore(JdbcTemplate template) {
        batch = template;
        jdbc = JdbcClient.create(template);
    }

    @Override
    public boolean add(RunRow run) {
        return jdbc.sql(
                                """
                                insert into run (tenant_id, run_id, name, status, plan, rules, seq, mac, view,
                                                 created_at, submission)
                                values (:tenant, :run, :name, :status, :plan, :rules, :seq, :mac, :view, :created,
                                        :submission)
                                on conflict (tenant_id, submission) do nothing
                                """)
                        .param("tenant", run.tenant())
                        .param("run", run.run())
                        .param("name", run.name())
                        .param("status", lower(run.status()))
                        .param("plan", run.plan())
                        .param("rules", run.rules())
                        .param("seq", run.seq())
                        .param("mac", run.mac())
                        .param("view", run.view())
                        .param("created", Timestamp.from(run.createdAt()))
                        .param("submission", run.submission())
                        .update()
                == 1;
    }

    @Override
    public Optional<RunRow> lock(String run) {
        return jdbc.sql("select * from run where run_id = ? for update")
                .param(run)
                .query(PostgresRunStore::row)
                .optional();
    }

    @Override
    public Optional<RunRow> find(String run) {
        return jdbc.sql("select * from run where run_id = ?")
                .param(run)
                .query(PostgresRunStore::row)
                .optional();
    }

    @Override
    public Optional<RunRow> submitted(String tenant, String submission) {
        return jdbc.sql("select * from run where tenant_id = ? and submission = ?")
                .param(tenant)
                .param(submission)
                .query(PostgresRunStore::row)
                .optional();
    }

    @Override
    public List<RunRow> list(
            String tenant, @Nullable String status, @Nullable String before, int max) {
        return jdbc.sql(
                        """
                        select * from run
                        where tenant_id = :tenant and (:status::text is null or status = :status)
                          and (:before::text is null or (created_at, run_id) <
                              (select created_at, run_id from run where run_id = :before))
                        order by created_at desc, run_id desc limit :max
                        """)
                .param("tenant", tenant)
                .param("status", status)
                .param("before", before)
                .param("max", max)
                .query(PostgresRunStore::row)
                .list();
    }

    @Override
    public void save(RunRow run) {
        jdbc.sql(
                        """
                        update run set status = :status, seq = :seq, mac = :mac, view = :view, finished_at = :finished
                        where run_id = :run
                        """)
                .param("status", lower(run.status()))
                .param("seq", run.seq())
                .param("mac", run.mac())
                .param("view", run.view())
                .param(
                        "finished",
                        run.finishedAt() == null ? null : Timestamp.from(run.finishedAt()))
                .param("run", run.run())
                .update();
    }

    @Override
    public void post(String tenant, String run, RunEvent event) {
        jdbc.sql("insert into run_inbox (tenant_id, run_id, body) values (?, ?, ?)")
                .param(tenant)
                .param(run)
                .param(Json.mapper().writerFor(RunEvent.class).writeValueAsString(event))
                .update();
    }

    @Override
    public List<RunEvent> drain(String run, int max) {
        return jdbc.sql(
                        """
                        with taken as (
                            delete from run_inbox where id in
                                (select id from run_inbox where run_id = ? order by id limit ?)
                            returning id, body)
                        select body from taken order by id
                        """)
                .param(run)
                .param(max)
                .query((row, _) -> Json.mapper().readValue(row.getString(1), RunEvent.class))
                .list();
    }

    @Override
    public List<String> pending(int max) {
        return jdbc.sql("select distinct run_id from run_inbox limit ?")
                .param(max)
                .query((row, _) -> row.getString(1))
                .list();
    }

    @Override
    public void append(String tenant, String run, List<LoggedEvent> events) {
        batch.batchUpdate(
                "insert into run_event (tenant_id, run_id, seq, body, mac, notes) values (?, ?, ?, ?, ?, ?)",
                events,
                events.size(),
                (statement, event) -> {
                    statement.setString(1, tenant);
                    statement.setString(2, run);
                    statement.setLong(3, event.seq());
                    statement.setBytes(4, event.body());
                    statement.setBytes(5, event.mac());
                    statement.setString(6, event.notes());
                });
    }

    @Override
    public List<LoggedEvent> events(String run, long after, int max) {
        return jdbc.sql(
                        """
                        select seq, body, mac, notes from run_event
                        where run_id = ? and seq > ? order by seq limit ?
                        """)
                .param(run)
                .param(after)
                .param(max)
                .query((row, _) ->
                        new LoggedEvent(
                                row.getLong(1), row.getBytes(2), row.getBytes(3), row.getString(4)))
                .list();
    }

    @Override
    public void startTimer(String tenant, String run, String timer, Instant dueAt) {
        jdbc.sql(
                        """
                        insert into run_timer (tenant_id, run_id, timer, due_at) values (?, ?, ?, ?)
                        on conflict (run_id, timer) do update set due_at = excluded.due_at
                        """)
                .param(tenant)
                .param(run)
                .param(timer)
                .param(Timestamp.from(dueAt))
                .update();
    }

    @Override
    public void stopTimer(String run, String timer) {
        jdbc.sql("delete from run_timer where run_id = ? and timer = ?")
                .param(run)
                .param(timer)
                .update();
    }

    @Override
    public List<DueTimer> due(Instant now, int max) {
        return jdbc.sql(
                        """
                        delete from run_timer where (run_id, timer) in
                            (select run_id, timer from run_timer where due_at <= ? order by due_at limit ?
                             for update skip locked)
                        returning tenant_id, run_id, timer
                        """)
                .param(Timestamp.from(now))
                .param(max)
                .query((row, _) ->
                        new DueTimer(row.getString(1), row.getString(2), row.getString(3)))
                .list();
    }

    @Override
    public void snapshot(String tenant, String run, long seq, byte[] state) {
        jdbc.sql(
                        """
                        insert into run_snapshot (tenant_id, run_id, seq, state) values (?, ?, ?, ?)
                        on conflict (run_id) do update set seq = excluded.seq, state = excluded.state
                        """)
                .param(tenant)
                .param(run)
                .param(seq)
                .param(state)
                .update();
    }

    @Override
    public Optional<Snapshot> snapshot(String run) {
        return jdbc.sql("select seq, state from run_snapshot where run_id = ?")
                .param(run)
                .query((row, _) -> new Snapshot(row.getLong(1), row.getBytes(2)))
                .optional();
    }

    @Override
    public int going() {
        return jdbc.sql(
                        "select count(*) from run where finished_at is null and status <> 'waiting'")
                .query(Integer.class)
                .single();
    }

    private static RunRow row(ResultSet row, int number) throws SQLException {
        var finished = row.getTimestamp("finished_at");
        return new RunRow(
                row.getString("tenant_id"),
                row.getString("run_id"),
                row.getString("name"),
                RunStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("plan"),
                row.getInt("rules"),
                row.getLong("seq"),
                row.getBytes("mac"),
                row.getString("view"),
                row.getTimestamp("created_at").toInstant(),
                finished == null ? null : finished.toInstant(),
                row.getString("submission"));
    }

    private static String lower(RunStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
