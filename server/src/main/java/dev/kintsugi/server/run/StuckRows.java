package dev.kintsugi.server.run;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What is stuck as it was judged last, in table {@code stuck}. */
@Component
final class StuckRows {
    /** Most runs one look finds idle. */
    private static final int MOST = 256;

    private final JdbcClient jdbc;
    private final AtomicLong many = new AtomicLong();

    StuckRows(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        Gauge.builder("meta_builder_v4_stuck_runs", many::get).register(registry);
    }

    /**
     * Something that makes no progress.
     *
     * @param task its key; empty for the run as a whole
     */
    record Stuck(String tenant, String run, String task, String reason) {
        /** Empty for the run as a whole. */
        String step() {
            var parts = task.split(":");
            return parts.length < 3 ? "" : parts[parts.length - 2];
        }

        /** Whether a reset may help. */
        boolean isSilent() {
            return !reason.startsWith("no worker");
        }
    }

    /**
     * A run of which nothing is under way.
     *
     * @param known whether it was judged stuck for that, by whichever server
     */
    record Idle(String tenant, String run, long seq, boolean known) {}

    /**
     * Runs that neither ended nor wait for somebody, and of which nothing is under way; the timers
     * of its deadlines only end a run.
     */
    List<Idle> idle() {
        return jdbc.sql(
                        """
                        select tenant_id, run_id, seq, exists (select from stuck
                            where stuck.run_id = run.run_id and task_key = '')
                        from run where finished_at is null and status <> 'waiting'
                          and not exists (select from mb_v4_queue_lease task where task.run_id = run.run_id
                              and task.status in ('queued', 'leased'))
                          and not exists (select from run_timer where run_timer.run_id = run.run_id
                              and run_timer.timer not in ('deadline', 'slo'))
                          and not exists (select from run_inbox where run_inbox.run_id = run.run_id)
                        order by run_id limit ?
                        """)
                .param(MOST)
                .query((row, _) ->
                        new Idle(
                                row.getString(1),
                                row.getString(2),
                                row.getLong(3),
                                row.getBoolean(4)))
                .list();
    }

    /** Keeps what is stuck now in place of what was. @return what was not before */
    List<Stuck> replace(List<Stuck> now, Instant at) {
        var keys = now.stream().map(Stuck::task).toArray(String[]::new);
        var runs = now.stream().map(Stuck::run).toArray(String[]::new);
        jdbc.sql(
                        """
                        delete from stuck where (run_id, task_key) not in
                            (select * from unnest(:runs::text[], :keys::text[]))
                        """)
                .param("runs", runs)
                .param("keys", keys)
                .update();
        many.set(now.stream().map(Stuck::run).distinct().count());
        var news = new ArrayList<Stuck>();
        for (var one : now) {
            var added =
                    jdbc.sql(
                                    """
                                    insert into stuck (tenant_id, run_id, task_key, reason, since)
                                    values (:tenant, :run, :task, :reason, :at)
                                    on conflict (run_id, task_key) do nothing
                                    """)
                            .param("tenant", one.tenant())
                            .param("run", one.run())
                            .param("task", one.task())
                            .param("reason", one.reason())
                            .param("at", Timestamp.from(at))
                            .update();
            if (added == 1) {
                news.add(one);
            }
        }
        return news;
    }

    /** Whether something has come in for the run that no turn has taken up. */
    boolean hasNews(String run) {
        return jdbc.sql("select exists (select from run_inbox where run_id = ?)")
                .param(run)
                .query(Boolean.class)
                .single();
    }

    /** What was reset is not stuck any more. */
    void forget(String run, List<String> tasks) {
        jdbc.sql("delete from stuck where run_id = ? and (task_key = any(?) or task_key = '')")
                .params(run, tasks.toArray(String[]::new))
                .update();
    }

    /** Why the run is stuck; empty when it is not. */
    Optional<String> reason(String run) {
        return jdbc.sql(
                        "select task_key, reason from stuck where run_id = ? order by task_key limit 1")
                .param(run)
                .query((row, _) -> new Stuck("", run, row.getString(1), row.getString(2)))
                .optional()
                .map(one ->
                        one.step().isEmpty()
                                ? one.reason()
                                : "step %s: %s".formatted(one.step(), one.reason()));
    }

    /** The tenant's runs that are stuck, newest first, as JSON. */
    List<String> views(String tenant, int max) {
        return jdbc.sql(
                        """
                        select view from run where tenant_id = ?
                          and exists (select from stuck where stuck.run_id = run.run_id)
                        order by created_at desc, run_id desc limit ?
                        """)
                .params(tenant, max)
                .query((row, _) -> row.getString(1))
                .list();
    }
}
