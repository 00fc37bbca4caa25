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
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
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

    /** Most runs that are left where they are because they cannot be moved; more fail the move. */
    static final int STUCK = 100;

    private static final Logger log = LoggerFactory.getLogger(History.class);

    private static final String ENDED =
            """
            select run_id, finished_at, seq from run
            where finished_at < :before
              and run_id <> all(:stuck)
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
            delete from mb_v4_queue_lease where lease_key in (
                select lease_key from mb_v4_queue_lease task
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
        long all = moved(before);
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

    /** When a batch fails its runs are moved one by one; one that fails alone is left for later. */
    private long moved(Timestamp before) {
        var stuck = new TreeSet<String>();
        long all = 0;
        int alone = 0;
        var taken = new ArrayList<String>();
        do {
            taken.clear();
            int most = alone > 0 ? 1 : RUNS;
            alone = Math.max(0, alone - 1);
            try {
                transactions.asSystem(() -> batch(before, most, stuck, taken));
                all += taken.size();
            } catch (DataAccessException e) {
                if (taken.isEmpty() || stuck.size() >= STUCK) {
                    throw e;
                } else if (taken.size() > 1) {
                    alone = taken.size();
                } else {
                    log.warn("cannot move run {} to history, tried again: {}", taken, e.toString());
                    stuck.addAll(taken);
                }
            }
        } while (!taken.isEmpty() && !Thread.currentThread().isInterrupted());
        return all;
    }

    private record Ended(String run, Instant at, long events) {}

    /**
     * @param taken which it takes are added to it once there is room, also when it fails then
     */
    private boolean batch(Timestamp before, int most, Set<String> stuck, List<String> taken) {
        var ended =
                jdbc.sql(ENDED)
                        .param("before", before)
                        .param("limit", most)
                        .param("stuck", stuck.toArray(String[]::new))
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
            taken.addAll(runs);
            var ids = runs.toArray(String[]::new);
            jdbc.sql(RUN).param("runs", ids).update();
            BELONGINGS.forEach(sql -> jdbc.sql(sql).param("runs", ids).update());
        }
        return !runs.isEmpty();
    }

    private void makeRoom(YearMonth month) {
        jdbc.sql("select kintsugi_history_month(?)")
                .param(month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC))
                .query((_, _) -> month)
                .list();
    }
}
