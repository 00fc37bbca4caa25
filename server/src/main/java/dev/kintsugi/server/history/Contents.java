package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Deletes contents (outputs, evidence, diffs, artifacts) that no run of their tenant names any
 * more. Contents are put before the event that names them is written, so young ones stay.
 */
final class Contents implements Sweep {
    /** Since it was last put; twice the longest timeout of a step. */
    static final Duration YOUNG = Duration.ofDays(2);

    /** Most contents that one transaction deletes. */
    static final int BATCH = 1_000;

    /** Old contents that are named by a run that is not in history, or by what it will hear. */
    private static final String IN_USE =
            """
            select distinct blob.hash from blob join (
                select kintsugi_named(:tenant, string_agg(convert_from(body, 'UTF8'), ' ')) as hash
                from run_event where tenant_id = :tenant group by run_id
                union select kintsugi_named(tenant_id, body) from run_inbox where tenant_id = :tenant
                union select kintsugi_named(tenant_id, task) from mb_v4_queue_lease
                      where tenant_id = :tenant and status in ('queued', 'leased')) named using (hash)
            where blob.tenant_id = :tenant and created_at < :before
            """;

    /** By the index of contents: not by that of tenants, which would go through all runs of one. */
    private static final String UNNAMED =
            """
            blob.tenant_id = :tenant and blob.created_at < :before and blob.hash <> all(:used)
            and not exists (select from run_history past
                where past.tenant_id || '' = blob.tenant_id and past.contents @> array[blob.hash])
            """;

    private static final String COUNT =
            "select count(*), coalesce(sum(octet_length(content)), 0) from blob where " + UNNAMED;

    /**
     * Asked twice for its age: one that is put again meanwhile stays. Under the tenant's policy the
     * index of what history names could not be used, since its operator is not leakproof.
     */
    private static final String DELETE =
            """
            with gone as (
                delete from blob where tenant_id = :tenant and created_at < :before and hash in (
                    select hash from blob where %s limit :batch)
                returning octet_length(content) as bytes)
            select count(*), coalesce(sum(bytes), 0) from gone
            """
                    .formatted(UNNAMED);

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final Kept kept;
    private final InstantSource clock;

    Contents(Transactions transactions, JdbcClient jdbc, Kept kept, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.kept = kept;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "contents";
    }

    @Override
    public Swept sweep(boolean dry) {
        var before = Timestamp.from(clock.instant().minus(YOUNG));
        return kept.ofEach(name(), tenant -> sweep(tenant, before, dry));
    }

    /** What is in use is asked anew for each batch: a fork may have taken over what a run named. */
    private Swept sweep(String tenant, Timestamp before, boolean dry) {
        var all = Swept.NOTHING;
        Swept gone;
        do {
            var used = transactions.asTenant(tenant, () -> used(tenant, before));
            gone = transactions.asSystem(() -> apply(dry ? COUNT : DELETE, tenant, before, used));
            all = all.plus(gone);
        } while (!dry && gone.count() == BATCH && !Thread.currentThread().isInterrupted());
        return all;
    }

    private String[] used(String tenant, Timestamp before) {
        return jdbc.sql(IN_USE)
                .param("tenant", tenant)
                .param("before", before)
                .query(String.class)
                .list()
                .toArray(String[]::new);
    }

    private Swept apply(String sql, String tenant, Timestamp before, String[] used) {
        return jdbc.sql(sql)
                .param("tenant", tenant)
                .param("before", before)
                .param("used", used)
                .param("batch", BATCH)
                .query((row, _) -> new Swept(row.getLong(1), row.getLong(2)))
                .single();
    }
}
