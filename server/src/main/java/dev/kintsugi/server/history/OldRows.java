package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.KeepSettings;
import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Deletes rows of all tenants by their age alone. */
final class OldRows implements Sweep {
    /** Most rows that one transaction deletes. */
    static final int BATCH = 1_000;

    /** Longer than the longest quota looks back. */
    static final Duration SPENDING = Duration.ofDays(400);

    private final Table table;
    private final Duration keep;
    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final InstantSource clock;

    private OldRows(
            Table table,
            Duration keep,
            Transactions transactions,
            JdbcClient jdbc,
            InstantSource clock) {
        this.table = table;
        this.keep = keep;
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Rows of a table that grow old.
     *
     * @param name as people know them
     * @param key its primary key's columns
     * @param old the condition under which one is older than {@code :before}
     */
    private record Table(String name, String table, String key, String old) {}

    private static final Table TASKS =
            new Table(
                    "tasks",
                    "mb_v4_queue_lease",
                    "lease_key",
                    "status in ('done', 'lost', 'cancelled') and ended_at < :before");
    private static final Table MEASUREMENTS =
            new Table("measurements", "mb_v4_agent_metrics", "id", "timestamp < :before");
    private static final Table MESSAGES =
            new Table(
                    "messages",
                    "outbox",
                    "id",
                    "(delivered_at is not null or dead_at is not null) and coalesce(delivered_at, dead_at) < :before");
    private static final Table AUDIT = new Table("audit", "audit_entry", "id", "at < :before");
    private static final Table SPENDINGS =
            new Table("spending", "tenant_spending", "tenant_id, day", "day < :before");

    /** All such tables. */
    static List<Sweep> of(
            Transactions transactions, JdbcClient jdbc, KeepSettings keep, InstantSource clock) {
        return List.of(
                new OldRows(TASKS, keep.tasks(), transactions, jdbc, clock),
                new OldRows(MEASUREMENTS, keep.metrics(), transactions, jdbc, clock),
                new OldRows(MESSAGES, keep.messages(), transactions, jdbc, clock),
                new OldRows(AUDIT, keep.audit(), transactions, jdbc, clock),
                new OldRows(SPENDINGS, SPENDING, transactions, jdbc, clock));
    }

    @Override
    public String name() {
        return table.name();
    }

    @Override
    public Swept sweep(boolean dry) {
        var before = Timestamp.from(clock.instant().minus(keep));
        if (dry) {
            return transactions.asSystem(() -> count(before));
        }
        var all = Swept.NOTHING;
        Swept gone;
        do {
            gone = transactions.asSystem(() -> delete(before));
            all = all.plus(gone);
        } while (gone.count() == BATCH && !Thread.currentThread().isInterrupted());
        return all;
    }

    private Swept count(Timestamp before) {
        return jdbc.sql(
                        "select count(*), coalesce(sum(octet_length(old::text)), 0) from %s old where %s"
                                .formatted(table.table(), table.old()))
                .param("before", before)
                .query((row, _) -> new Swept(row.getLong(1), row.getLong(2)))
                .single();
    }

    private Swept delete(Timestamp before) {
        return jdbc.sql(
                        """
                        with gone as (
                            delete from %1$s old where (%2$s) in (
                                select %2$s from %1$s where %3$s limit :batch for update skip locked)
                            returning octet_length(old::text) as bytes)
                        select count(*), coalesce(sum(bytes), 0) from gone
                        """
                                .formatted(table.table(), table.key(), table.old()))
                .param("before", before)
                .param("batch", BATCH)
                .query((row, _) -> new Swept(row.getLong(1), row.getLong(2)))
                .single();
    }
}
