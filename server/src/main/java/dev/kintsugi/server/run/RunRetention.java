package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.KeepSettings;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.TaskQueue;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Deletes what is over and was kept long enough, in small transactions, until none is left. Safe on
 * every server at once.
 */
final class RunRetention {
    private static final Logger log = LoggerFactory.getLogger(RunRetention.class);

    /** Most rows one transaction deletes. */
    static final int BATCH = 1_000;

    /** Most runs: each takes its events along. */
    static final int RUNS = 10;

    private static final String LOGS =
            """
            delete from step_log where (tenant_id, lease_key, at_byte) in (
                select log.tenant_id, log.lease_key, log.at_byte from step_log log join run using (run_id)
                where run.finished_at < :before limit :batch)
            """;
    private static final String ENDED_RUNS =
            """
            delete from run where run_id in (
                select run_id from run where finished_at < :before
                order by finished_at limit :batch for update skip locked)
            """;

    /**
     * A run puts its contents between its beginning and its end. So what was last put so long ago
     * and after no run that is still there began belongs to none; the day is for clocks that
     * differ.
     */
    private static final String CONTENTS =
            """
            delete from blob where (tenant_id, hash) in (
                select tenant_id, hash from blob where created_at < :before
                and not exists (select from run where run.tenant_id = blob.tenant_id
                    and run.created_at < blob.created_at + interval '1 day') limit :batch)
            and created_at < :before
            """;

    private static final String MEASUREMENTS =
            """
            delete from mb_v4_agent_metrics where id in (
                select id from mb_v4_agent_metrics where timestamp < :before limit :batch)
            """;
    private static final String MESSAGES =
            """
            delete from outbox where id in (
                select id from outbox where (delivered_at is not null or dead_at is not null)
                and coalesce(delivered_at, dead_at) < :before limit :batch)
            """;

    private static final String AUDIT =
            """
            delete from audit_entry where id in (
                select id from audit_entry where at < :before limit :batch)
            """;

    /** Longer than the longest quota looks back. */
    static final Duration SPENDING = Duration.ofDays(400);

    private static final String SPENT =
            """
            delete from tenant_spending where (tenant_id, day) in (
                select tenant_id, day from tenant_spending where day < :before limit :batch)
            """;

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final TaskQueue queue;
    private final KeepSettings keep;
    private final InstantSource clock;

    RunRetention(
            Transactions transactions,
            JdbcClient jdbc,
            TaskQueue queue,
            KeepSettings keep,
            InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.queue = queue;
        this.keep = keep;
        this.clock = clock;
    }

    /** Looks at every table once. */
    void apply() {
        var now = clock.instant();
        var oldRuns = now.minus(keep.runs());
        delete(LOGS, oldRuns, BATCH);
        var runs = delete(ENDED_RUNS, oldRuns, RUNS);
        var contents = delete(CONTENTS, oldRuns, BATCH);
        var tasks = queue.forget(now.minus(keep.tasks()));
        var measurements = delete(MEASUREMENTS, now.minus(keep.metrics()), BATCH);
        var messages = delete(MESSAGES, now.minus(keep.messages()), BATCH);
        delete(SPENT, now.minus(SPENDING), BATCH);
        delete(AUDIT, now.minus(keep.audit()), BATCH);
        if (runs + contents + tasks + measurements + messages > 0) {
            log.info(
                    "deleted what was kept long enough: {} run(s), {} content(s), {} task(s), {}"
                            + " measurement(s), {} message(s)",
                    runs,
                    contents,
                    tasks,
                    measurements,
                    messages);
        }
    }

    private long delete(String sql, Instant before, int batch) {
        long all = 0;
        int deleted;
        do {
            deleted =
                    transactions.asSystem(() ->
                            jdbc.sql(sql)
                                    .param("before", Timestamp.from(before))
                                    .param("batch", batch)
                                    .update());
            all += deleted;
        } while (deleted == batch && !Thread.currentThread().isInterrupted());
        return all;
    }
}
