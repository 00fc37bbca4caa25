package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Moves ended runs into the partitioned tables, each as a whole, and forgets their tasks. Safe on
 * every server at once.
 */
public final class History {
    /** How long a run stays after its end: what its workers still say comes within that time. */
    public static final Duration REST = Duration.ofMinutes(10);

    /** Most runs that one transaction moves. */
    static final int RUNS = 200;

    /** Most events, but for those of a single run. */
    static final int EVENTS = 20_000;

    /** Most tasks that one transaction forgets. */
    static final int TASKS = 1_000;

    private static final String ENDED =
            """
            select run_id, finished_at, seq from run
            where finished_at < :before
              and not exists (select from run_inbox where run_inbox.run_id = run.run_id)
              and not exists (select from mb_v4_queue_lease task where task.run_id = run.run_id
                  and task.status in ('queued', 'leased'))
            order by finished_at limit :limit for update skip locked
            """;

    private static final String RUN =
            """
            insert into run_history
            select run.tenant_id, run.run_id, name, status, plan, rules, run.seq, mac, view, created_at, finished_at,
                   submission, home, waiting_for, parent, snapshot.seq, snapshot.state,
                   array(select kintsugi_named(run.tenant_id, string_agg(convert_from(event.body, 'UTF8'), ' '))
                         from run_event event where event.run_id = run.run_id)
            from run left join run_snapshot snapshot using (run_id) where run.run_id = any(:runs)
            """;

    private static final List<String> BELONGINGS =
            List.of(
                    """
                    insert into run_event_history
                    select run.tenant_id, run_id, finished_at, event.seq, body, event.mac, notes
                    from run join run_event event using (run_id) where run_id = any(:runs)
                    """,
                    """
                    insert into run_budget_history
                    select run.tenant_id, run_id, finished_at, budget_type, budget_limit, budget_used, exceeded_at
                    from run join mb_v4_run_budget using (run_id) where run_id = any(:runs)
                    """,
                    """
                    insert into run_repair_history
                    select run.tenant_id, run_id, finished_at, phase, tried, verified
                    from run join run_repair using (run_id) where run_id = any(:runs)
                    """,
                    "delete from run where run_id = any(:runs)"); // and what refers to it

    /** Runs tell all that tasks do, and more; a task's row is for its queue. */
    private static final String FORGET =
            """
            delete from mb_v4_queue_lease where id in (
                select id from mb_v4_queue_lease task
                where status in ('done', 'lost', 'cancelled') and ended_at < :before
                  and not exists (select from run where run.run_id = task.run_id) limit :limit)
            """;

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final InstantSource clock;

    public History(Transactions transactions, JdbcClient jdbc, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Moves all that ended more than {@link #REST} ago, in small transactions.
     *
     * @return how many runs
     */
    public long move() {
        var before = Timestamp.from(clock.instant().minus(REST));
        long all = 0;
        int moved;
        do {
            moved = transactions.asSystem(() -> batch(before));
            all += moved;
        } while (moved > 0 && !Thread.currentThread().isInterrupted());
        int forgotten;
        do {
            forgotten =
                    transactions.asSystem(() ->
                            jdbc.sql(FORGET)
                                    .param("before", before)
                                    .param("limit", TASKS)
                                    .update());
        } while (forgotten == TASKS && !Thread.currentThread().isInterrupted());
        return all;
    }

    private record Ended(String run, Instant at, long events) {}

    private int batch(Timestamp before) {
        var ended =
                jdbc.sql(ENDED)
                        .param("before", before)
                        .param("limit", RUNS)
                        .query((row, _) ->
                                new Ended(
                                        row.getString(1),
                                        row.getTimestamp(2).toInstant(),
                                        row.getLong(3)))
                        .list();
        var runs = new ArrayList<String>();
        var months = new TreeSet<YearMonth>();
        long events = 0;
        for (var run : ended) {
            events += run.events();
            if (!runs.isEmpty() && events > EVENTS) {
                break;
            }
            months.add(YearMonth.from(run.at().atOffset(ZoneOffset.UTC)));
            runs.add(run.run());
        }
        if (!runs.isEmpty()) {
            months.forEach(this::makeRoom);
            var ids = runs.toArray(String[]::new);
            jdbc.sql(RUN).param("runs", ids).update();
            BELONGINGS.forEach(sql -> jdbc.sql(sql).param("runs", ids).update());
        }
        return runs.size();
    }

    private void makeRoom(YearMonth month) {
        jdbc.sql("select kintsugi_history_month(?)")
                .param(month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC))
                .query((_, _) -> month)
                .list();
    }
}
