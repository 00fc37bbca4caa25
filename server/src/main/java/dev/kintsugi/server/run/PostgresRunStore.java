package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.platform.Columns;
import dev.kintsugi.server.waiting.WaitingRuns.Standing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs in tables {@code run}, {@code run_event}, {@code run_inbox}, {@code run_timer}, {@code
 * run_snapshot} and {@code run_repair}; those that ended a while ago in history. A run goes there
 * as a whole and never comes back, so who does not find it here finds it there.
 */
public final class PostgresRunStore implements RunStore {
    static final String COLUMNS =
            """
            select tenant_id, run_id, name, status, rules, seq, mac, created_at, finished_at, submission, home,
                   waiting_for, parent
            """;
    private static final String ROW = COLUMNS + "from run\n";

    /** From the few that have arrivals; a join would look at every run there is. */
    private static final String PENDING =
            """
            select run_id from (select run_id, min(id) as first from run_inbox group by run_id) arrived
            where (select rules from run where run.run_id = arrived.run_id) <= ? order by first limit ?
            """;

    private final JdbcTemplate batch;
    private final JdbcClient jdbc;
    private final RunRows rows;
    private final HistoryRows history;

    public PostgresRunStore(JdbcTemplate template) {
        batch = template;
        jdbc = JdbcClient.create(template);
        rows = new RunRows(jdbc);
        history = new HistoryRows(jdbc);
    }

    @Override
    public Set<String> add(List<NewRun> runs) {
        return rows.add(runs);
    }

    /** Not against new rows of other tables that refer to the run, such as its inbox's. */
    @Override
    public SortedMap<String, RunRow> lock(SortedSet<String> runs) {
        var locked = new TreeMap<String, RunRow>();
        jdbc.sql(ROW + "where run_id = any(?) order by run_id for no key update")
                .param(runs.toArray(String[]::new))
                .query(PostgresRunStore::row)
                .list()
                .forEach(row -> locked.put(row.run(), row));
        return locked;
    }

    @Override
    public Optional<RunRow> find(String run) {
        return jdbc.sql(ROW + "where run_id = ?")
                .param(run)
                .query(PostgresRunStore::row)
                .optional()
                .or(() -> history.find(run));
    }

    @Override
    public Optional<RunRow> submitted(String tenant, String submission) {
        return jdbc.sql(COLUMNS + "from every_run where tenant_id = ? and submission = ?")
                .param(tenant)
                .param(submission)
                .query(PostgresRunStore::row)
                .optional();
    }

    @Override
    public void keepContents(String tenant, String text) {
        jdbc.sql(
                        """
                        update blob set created_at = now()
                        where tenant_id = :tenant and hash = any(array(select kintsugi_named(:tenant, :text)))
                        """)
                .param("tenant", tenant)
                .param("text", text)
                .update();
    }

    @Override
    public List<String> descendants(String tenant, String run, int max) {
        return jdbc.sql(
                        """
                        with recursive below (run_id, finished_at) as (
                            select run_id, finished_at from every_run where tenant_id = :tenant and parent = :run
                            union
                            select child.run_id, child.finished_at from below
                                join every_run child on child.tenant_id = :tenant and child.parent = below.run_id)
                        select run_id from below where finished_at is null order by run_id limit :max
                        """)
                .param("tenant", tenant)
                .param("run", run)
                .param("max", max)
                .query((row, _) -> row.getString(1))
                .list();
    }

    @Override
    public String plan(String run) {
        return jdbc.sql("select plan from run where run_id = ?")
                .param(run)
                .query(String.class)
                .optional()
                .orElseGet(() -> history.plan(run));
    }

    @Override
    public List<String> views(
            String tenant, @Nullable String status, @Nullable String before, int max) {
        return jdbc.sql(
                        """
                        select view from every_run
                        where tenant_id = :tenant and (:status::text is null or status = :status)
                          and (:before::text is null or (created_at, run_id) <
                              (select created_at, run_id from every_run where run_id = :before))
                        order by created_at desc, run_id desc limit :max
                        """)
                .param("tenant", tenant)
                .param("status", status)
                .param("before", before)
                .param("max", max)
                .query((row, _) -> row.getString(1))
                .list();
    }

    @Override
    public void save(List<Head> heads) {
        rows.save(heads);
    }

    @Override
    public void post(String tenant, String run, RunEvent event) {
        jdbc.sql(
                        """
                        insert into run_inbox (tenant_id, run_id, body)
                        select tenant_id, run_id, ? from run where run_id = ? and tenant_id = ? for key share
                        """)
                .param(Json.mapper().writerFor(RunEvent.class).writeValueAsString(event))
                .param(run)
                .param(tenant)
                .update();
    }

    @Override
    public List<Posted> drain(Set<String> runs, int max) {
        return jdbc.sql(
                        """
                        with taken as (
                            delete from run_inbox where id in
                                (select id from run_inbox where run_id = any(?) order by id limit ?)
                            returning id, run_id, body)
                        select run_id, body from taken order by id
                        """)
                .param(runs.toArray(String[]::new))
                .param(max)
                .query((row, _) ->
                        new Posted(
                                row.getString(1),
                                Json.mapper().readValue(row.getString(2), RunEvent.class)))
                .list();
    }

    @Override
    public List<String> pending(int max, int rules) {
        return jdbc.sql(PENDING).params(rules, max).query((row, _) -> row.getString(1)).list();
    }

    @Override
    public void append(List<Entry> entries) {
        jdbc.sql(
                        """
                        insert into run_event (tenant_id, run_id, seq, body, mac, notes)
                        select * from unnest(:tenants::text[], :runs::text[], :seqs::bigint[], :bodies::bytea[],
                                             :macs::bytea[], :notes::text[])
                        """)
                .param("tenants", Columns.texts(entries, Entry::tenant))
                .param("runs", Columns.texts(entries, Entry::run))
                .param("seqs", Columns.numbers(entries, entry -> entry.event().seq()))
                .param("bodies", Columns.bytes(entries, entry -> entry.event().body()))
                .param("macs", Columns.bytes(entries, entry -> entry.event().mac()))
                .param("notes", Columns.texts(entries, entry -> entry.event().notes()))
                .update();
    }

    @Override
    public List<LoggedEvent> events(String run, long after, int max) {
        var here =
                jdbc.sql(
                                """
                                select seq, body, mac, notes from run_event
                                where run_id = ? and seq > ? order by seq limit ?
                                """)
                        .params(run, after, max)
                        .query(PostgresRunStore::event)
                        .list();
        return here.isEmpty() ? history.events(run, after, max) : here;
    }

    static LoggedEvent event(ResultSet row, int number) throws SQLException {
        return new LoggedEvent(row.getLong(1), row.getBytes(2), row.getBytes(3), row.getString(4));
    }

    @Override
    public void count(List<RepairCount> repairs) {
        batch.batchUpdate(
                """
                insert into run_repair (tenant_id, run_id, phase, tried, verified) values (?, ?, ?, ?, ?)
                on conflict (run_id, phase) do update
                    set tried = run_repair.tried + excluded.tried,
                        verified = run_repair.verified + excluded.verified
                """,
                repairs,
                repairs.size(),
                (statement, repair) -> {
                    statement.setString(1, repair.tenant());
                    statement.setString(2, repair.run());
                    statement.setString(3, repair.phase().name().toLowerCase(Locale.ROOT));
                    statement.setInt(4, repair.tried());
                    statement.setInt(5, repair.verified());
                });
    }

    @Override
    public void startTimers(List<Timer> timers) {
        jdbc.sql(
                        """
                        insert into run_timer (tenant_id, run_id, timer, due_at)
                        select * from unnest(:tenants::text[], :runs::text[], :timers::text[],
                                             :due::timestamptz[])
                        on conflict (run_id, timer) do update set due_at = excluded.due_at
                        """)
                .param("tenants", Columns.texts(timers, Timer::tenant))
                .param("runs", Columns.texts(timers, timer -> timer.name().run()))
                .param("timers", Columns.texts(timers, timer -> timer.name().timer()))
                .param("due", Columns.times(timers, Timer::dueAt))
                .update();
    }

    @Override
    public void stopTimers(List<TimerName> timers) {
        jdbc.sql(
                        """
                        delete from run_timer using unnest(:runs::text[], :timers::text[]) as stopped (run_id, timer)
                        where run_timer.run_id = stopped.run_id and run_timer.timer = stopped.timer
                        """)
                .param("runs", Columns.texts(timers, TimerName::run))
                .param("timers", Columns.texts(timers, TimerName::timer))
                .update();
    }

    @Override
    public List<Timer> due(Instant now, int max) {
        return jdbc.sql(
                        """
                        delete from run_timer where (run_id, timer) in
                            (select run_id, timer from run_timer where due_at <= ? order by due_at limit ?
                             for update skip locked)
                        returning tenant_id, run_id, timer, due_at
                        """)
                .param(Timestamp.from(now))
                .param(max)
                .query((row, _) ->
                        new Timer(
                                row.getString(1),
                                new TimerName(row.getString(2), row.getString(3)),
                                row.getTimestamp(4).toInstant()))
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
                .optional()
                .or(() -> history.snapshot(run));
    }

    @Override
    public int since(String tenant, Instant from, int most) {
        return jdbc.sql(
                        """
                        select count(*) from (select from every_run
                            where tenant_id = ? and created_at >= ? limit ?) recent
                        """)
                .params(tenant, Timestamp.from(from), most)
                .query(Integer.class)
                .single();
    }

    @Override
    public void spend(List<Spent> spent) {
        batch.batchUpdate(
                """
                insert into tenant_spending (tenant_id, day, nano_usd) values (?, ?, ?)
                on conflict (tenant_id, day)
                    do update set nano_usd = tenant_spending.nano_usd + excluded.nano_usd
                """,
                spent,
                Math.max(1, spent.size()),
                (statement, one) -> {
                    statement.setString(1, one.tenant());
                    statement.setObject(2, one.day());
                    statement.setLong(3, one.nanoUsd());
                });
    }

    @Override
    public long spent(String tenant, LocalDate from) {
        return jdbc.sql(
                        "select coalesce(sum(nano_usd), 0) from tenant_spending where tenant_id = ? and day >= ?")
                .params(tenant, from)
                .query(Long.class)
                .single();
    }

    @Override
    public long stored(String tenant) {
        return jdbc.sql(
                        """
                        select coalesce((select sum(octet_length(content)) from blob where tenant_id = :tenant), 0)
                             + coalesce((select sum(octet_length(bytes)) from step_log where tenant_id = :tenant), 0)
                        """)
                .param("tenant", tenant)
                .query(Long.class)
                .single();
    }

    @Override
    public SortedMap<String, Standing> standing(String tenant, Set<String> runs) {
        var standing = new TreeMap<String, Standing>();
        jdbc.sql(
                        """
                        select run_id, status, waiting_for from every_run where tenant_id = ? and run_id = any(?)
                        """)
                .param(tenant)
                .param(runs.toArray(String[]::new))
                .query(row -> {
                    var status = RunStatus.valueOf(row.getString(2).toUpperCase(Locale.ROOT));
                    standing.put(row.getString(1), new Standing(status, waitingFor(row)));
                });
        return standing;
    }

    @Override
    public SortedMap<String, String> submitted(String tenant, Set<String> submissions) {
        var runs = new TreeMap<String, String>();
        jdbc.sql(
                        "select submission, run_id from every_run where tenant_id = ? and submission = any(?)")
                .param(tenant)
                .param(submissions.toArray(String[]::new))
                .query(row -> {
                    runs.put(row.getString(1), row.getString(2));
                });
        return runs;
    }

    @Override
    public int active(String tenant, int most) {
        return jdbc.sql(
                        """
                        select count(*) from (select from run
                            where tenant_id = ? and finished_at is null
                              and (status <> 'waiting' or waiting_for in ('lock', 'run')) limit ?) active
                        """)
                .param(tenant)
                .param(most)
                .query(Integer.class)
                .single();
    }

    @Override
    public int going() {
        return jdbc.sql(
                        """
                        select count(*) from run where finished_at is null
                          and (status <> 'waiting' or waiting_for in ('lock', 'run'))
                        """)
                .query(Integer.class)
                .single();
    }

    static RunRow row(ResultSet row, int number) throws SQLException {
        var finished = row.getTimestamp("finished_at");
        return new RunRow(
                row.getString("tenant_id"),
                row.getString("run_id"),
                row.getString("name"),
                RunStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getInt("rules"),
                row.getLong("seq"),
                row.getBytes("mac"),
                row.getTimestamp("created_at").toInstant(),
                finished == null ? null : finished.toInstant(),
                row.getString("submission"),
                row.getString("home"),
                waitingFor(row),
                row.getString("parent"));
    }

    private static @Nullable WaitingFor waitingFor(ResultSet row) throws SQLException {
        var name = row.getString("waiting_for");
        return name == null ? null : WaitingFor.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
