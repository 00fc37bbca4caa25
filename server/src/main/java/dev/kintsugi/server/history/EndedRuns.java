package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Deletes runs, their events and their output once they were kept as long as their tenant says,
 * each tenant's in transactions that see that tenant alone; then the partitions of months in which
 * nothing is left.
 */
final class EndedRuns implements Sweep {
    /** Most runs that one transaction deletes. */
    static final int RUNS = 50;

    /** Most pieces of output. */
    static final int PIECES = 1_000;

    /** A month stays so long after its end, for servers whose clocks differ. */
    private static final Duration MONTH_STAYS = Duration.ofDays(1);

    private static final String OVER =
            """
            select run_id from run_history where tenant_id = :tenant and finished_at < :before
            order by finished_at limit :limit
            """;
    private static final String COUNT =
            """
            select count(*), coalesce(sum(
                (select coalesce(sum(octet_length(body)), 0) from run_event_history event where event.run_id = past.run_id)
                + (select coalesce(sum(octet_length(bytes)), 0) from step_log log where log.run_id = past.run_id)), 0)
            from run_history past where tenant_id = :tenant and finished_at < :before
            """;
    private static final String PIECES_OF =
            """
            with gone as (
                delete from step_log where (tenant_id, lease_key, token, at_byte) in (
                    select tenant_id, lease_key, token, at_byte from step_log where run_id = any(:runs) limit :limit)
                returning octet_length(bytes) as bytes)
            select count(*), coalesce(sum(bytes), 0) from gone
            """;
    private static final String EVENTS_OF =
            """
            with gone as (
                delete from run_event_history where run_id = any(:runs) and finished_at < :before
                returning octet_length(body) as bytes)
            select count(*), coalesce(sum(bytes), 0) from gone
            """;
    private static final List<String> REST_OF =
            List.of(
                    "delete from run_budget_history where run_id = any(:runs) and finished_at < :before",
                    "delete from run_repair_history where run_id = any(:runs) and finished_at < :before");
    private static final String RUNS_THEMSELVES =
            "delete from run_history where run_id = any(:runs) and finished_at < :before";

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final Kept kept;
    private final InstantSource clock;

    EndedRuns(Transactions transactions, JdbcClient jdbc, Kept kept, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.kept = kept;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "runs";
    }

    @Override
    public Swept sweep(boolean dry) {
        var now = clock.instant();
        var all =
                kept.ofEach(
                        name(),
                        tenant -> {
                            var before = Timestamp.from(now.minus(kept.of(tenant)));
                            return dry ? count(tenant, before) : delete(tenant, before);
                        });
        if (!dry) {
            dropMonths(now.minus(MONTH_STAYS));
        }
        return all;
    }

    private Swept count(String tenant, Timestamp before) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(COUNT)
                                .param("tenant", tenant)
                                .param("before", before)
                                .query((row, _) -> new Swept(row.getLong(1), row.getLong(2)))
                                .single());
    }

    private Swept delete(String tenant, Timestamp before) {
        var all = Swept.NOTHING;
        while (!Thread.currentThread().isInterrupted()) {
            var runs = transactions.asTenant(tenant, () -> over(tenant, before));
            if (runs.length == 0) {
                break;
            }
            var bytes = output(tenant, runs);
            all = all.plus(transactions.asTenant(tenant, () -> delete(runs, before)));
            all = all.plus(new Swept(0, bytes));
        }
        return all;
    }

    private String[] over(String tenant, Timestamp before) {
        return jdbc.sql(OVER)
                .param("tenant", tenant)
                .param("before", before)
                .param("limit", RUNS)
                .query(String.class)
                .list()
                .toArray(String[]::new);
    }

    /** The output first: of one run it may be more than a transaction should carry. */
    private long output(String tenant, String[] runs) {
        long bytes = 0;
        Swept gone;
        do {
            gone =
                    transactions.asTenant(
                            tenant,
                            () ->
                                    jdbc.sql(PIECES_OF)
                                            .param("runs", runs)
                                            .param("limit", PIECES)
                                            .query((row, _) ->
                                                    new Swept(row.getLong(1), row.getLong(2)))
                                            .single());
            bytes += gone.bytes();
        } while (gone.count() == PIECES);
        return bytes;
    }

    private Swept delete(String[] runs, Timestamp before) {
        var events =
                jdbc.sql(EVENTS_OF)
                        .param("runs", runs)
                        .param("before", before)
                        .query((row, _) -> row.getLong(2))
                        .single();
        REST_OF.forEach(sql -> jdbc.sql(sql).param("runs", runs).param("before", before).update());
        var gone = jdbc.sql(RUNS_THEMSELVES).param("runs", runs).param("before", before).update();
        return new Swept(gone, events);
    }

    private void dropMonths(Instant before) {
        transactions.asSystem(() ->
                jdbc.sql("select kintsugi_drop_empty_months(?)")
                        .param(Timestamp.from(before))
                        .query(Integer.class)
                        .single());
    }
}
