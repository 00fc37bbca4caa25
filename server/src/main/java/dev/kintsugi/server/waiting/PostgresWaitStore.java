package dev.kintsugi.server.waiting;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.waiting.Wait.State;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Waits in table {@code step_wait}. */
public final class PostgresWaitStore implements WaitStore {
    private static final String ROW =
            "select id, asked, state, rank, since, free_at, left_to from step_wait ";

    private final JdbcClient jdbc;

    public PostgresWaitStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void lock(String tenant) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended('waits of ' || ?, 0))")
                .param(tenant)
                .query(row -> {});
    }

    @Override
    public boolean tryLock(String tenant) {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('waits of ' || ?, 0))")
                .param(tenant)
                .query(Boolean.class)
                .single();
    }

    @Override
    public Wait add(Asked asked, State state, long rank) {
        var id =
                jdbc.sql(
                                """
                                insert into step_wait (tenant_id, run_id, step, state, rank, since, locks, asked)
                                values (?, ?, ?, ?, ?, ?, ?, ?) returning id
                                """)
                        .param(asked.tenant())
                        .param(asked.run())
                        .param(asked.step())
                        .param(lower(state))
                        .param(rank)
                        .param(Timestamp.from(asked.at()))
                        .param(names(asked))
                        .param(Json.mapper().writeValueAsString(asked))
                        .query(Long.class)
                        .single();
        return new Wait(id, asked, state, rank, asked.at(), null, List.of());
    }

    @Override
    public void leave(Wait left) {
        jdbc.sql(
                        """
                        insert into step_wait (tenant_id, run_id, step, state, rank, since, locks, asked, free_at,
                                               left_to)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """)
                .param(left.asked().tenant())
                .param(left.run())
                .param(left.asked().step())
                .param(lower(left.state()))
                .param(left.rank())
                .param(Timestamp.from(left.since()))
                .param(names(left.asked()))
                .param(Json.mapper().writeValueAsString(left.asked()))
                .param(Timestamp.from(requireNonNull(left.freeAt())))
                .param(left.leftTo().toArray(String[]::new))
                .update();
    }

    @Override
    public SortedSet<String> stopped(String run, String task) {
        var freed = removed("run_id = ? and left_to = array[?]::text[]", run, task);
        jdbc.sql(
                        """
                        update step_wait set left_to = array_remove(left_to, :task)
                        where run_id = :run and :task = any(left_to)
                        """)
                .param("run", run)
                .param("task", task)
                .update();
        return freed;
    }

    private SortedSet<String> removed(String which, Object... parameters) {
        return new TreeSet<>(
                jdbc.sql(
                                """
                                with gone as (delete from step_wait where %s returning locks)
                                select distinct unnest(locks) from gone
                                """
                                        .formatted(which))
                        .params(parameters)
                        .query(String.class)
                        .list());
    }

    @Override
    public void move(Wait wait) {
        jdbc.sql(
                        """
                        update step_wait set state = ?, rank = ?, since = ?, locks = ?, asked = ?
                        where id = ?
                        """)
                .param(lower(wait.state()))
                .param(wait.rank())
                .param(Timestamp.from(wait.since()))
                .param(names(wait.asked()))
                .param(Json.mapper().writeValueAsString(wait.asked()))
                .param(wait.ticket())
                .update();
    }

    @Override
    public void remove(Wait wait) {
        jdbc.sql("delete from step_wait where id = ?").param(wait.ticket()).update();
    }

    @Override
    public SortedSet<String> giveBack(String run, String step) {
        var touched = new TreeSet<String>();
        for (var wait :
                jdbc.sql(ROW + "where run_id = ? and step = ? and free_at is null")
                        .param(run)
                        .param(step)
                        .query(PostgresWaitStore::read)
                        .list()) {
            touched.addAll(wait.names());
            var kept = wait.kept();
            if (kept == null) {
                remove(wait);
            } else {
                move(kept);
            }
        }
        return touched;
    }

    @Override
    public SortedSet<String> giveBackAll(String run) {
        return removed("run_id = ? and free_at is null", run);
    }

    @Override
    public List<Wait> line(String tenant, String lock) {
        return jdbc.sql(
                        """
                        (select id, asked, state, rank, since, free_at, left_to from step_wait
                         where tenant_id = :tenant and locks @> array[:lock]::text[] and state = 'held'
                         order by rank, id)
                        union all
                        (select id, asked, state, rank, since, free_at, left_to from step_wait
                         where tenant_id = :tenant and locks @> array[:lock]::text[] and state = 'in_line'
                         order by rank, id limit 1)
                        """)
                .param("tenant", tenant)
                .param("lock", lock)
                .query(PostgresWaitStore::read)
                .list();
    }

    @Override
    public List<Wait> all(String tenant, long after, int max) {
        return jdbc.sql(ROW + "where tenant_id = ? and id > ? order by id limit ?")
                .param(tenant)
                .param(after)
                .param(max)
                .query(PostgresWaitStore::read)
                .list();
    }

    @Override
    public List<Wait> ofRun(String tenant, String run) {
        return jdbc.sql(ROW + "where tenant_id = ? and run_id = ? order by id")
                .param(tenant)
                .param(run)
                .query(PostgresWaitStore::read)
                .list();
    }

    @Override
    public SortedSet<String> tenants() {
        return new TreeSet<>(
                jdbc.sql("select distinct tenant_id from step_wait").query(String.class).list());
    }

    @Override
    public int count(State state) {
        return jdbc.sql("select count(*) from step_wait where state = ?")
                .param(lower(state))
                .query(Integer.class)
                .single();
    }

    private static Wait read(ResultSet row, int number) throws SQLException {
        var freeAt = row.getTimestamp("free_at");
        return new Wait(
                row.getLong("id"),
                Json.mapper().readValue(row.getString("asked"), Asked.class),
                State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getLong("rank"),
                row.getTimestamp("since").toInstant(),
                freeAt == null ? null : freeAt.toInstant(),
                List.of((String[]) row.getArray("left_to").getArray()));
    }

    private static String[] names(Asked asked) {
        return asked.waits().locks().stream()
                .map(dev.kintsugi.client.plan.Lock::name)
                .toArray(String[]::new);
    }

    private static String lower(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
