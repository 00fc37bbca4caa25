package dev.kintsugi.server.repair;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.server.platform.Transactions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Learned patches in the table {@code learned_patch}. */
public final class PostgresLearnedPatches implements LearnedPatches {
    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final InstantSource clock;

    public PostgresLearnedPatches(Transactions transactions, JdbcClient jdbc, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Override
    public void remember(String tenant, String fingerprint, Patch patch, String diff) {
        if (diff.length() > MAX_DIFF) {
            return;
        }
        var now = clock.instant();
        transactions.asTenant(
                tenant,
                () -> {
                    jdbc.sql(
                                    """
                                    delete from learned_patch
                                    where tenant_id = ? and fingerprint = ? and diff = '' and learned_at <= ?
                                    """)
                            .params(tenant, fingerprint, at(now.minus(GROWTH_KEPT)))
                            .update();
                    var known =
                            jdbc.sql(
                                            """
                                            update learned_patch set verified_count = verified_count + 1, last_used_at = ?
                                            where tenant_id = ? and fingerprint = ? and patch_id = ?
                                            """)
                                    .params(at(now), tenant, fingerprint, patch.id())
                                    .update();
                    return known > 0 ? known : learn(tenant, fingerprint, patch, diff, at(now));
                });
    }

    private int learn(
            String tenant, String fingerprint, Patch patch, String diff, OffsetDateTime now) {
        return jdbc.sql(
                        """
                        insert into learned_patch (tenant_id, fingerprint, patch_id, patch, diff,
                            verified_count, refused_count, learned_at, last_used_at)
                        values (?, ?, ?, ?, ?, 1, 0, ?, ?)
                        on conflict (tenant_id, fingerprint, patch_id) do update
                        set verified_count = learned_patch.verified_count + 1, last_used_at = excluded.last_used_at
                        """)
                .params(
                        tenant,
                        fingerprint,
                        PatchIds.learned(fingerprint, patch, diff),
                        Json.mapper().writeValueAsString(patch),
                        diff,
                        now,
                        now)
                .update();
    }

    @Override
    public void penalise(String tenant, String fingerprint, String patchId) {
        transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        update learned_patch set refused_count = refused_count + 1, last_used_at = ?
                                        where tenant_id = ? and fingerprint = ? and patch_id = ?
                                        """)
                                .params(at(clock.instant()), tenant, fingerprint, patchId)
                                .update());
    }

    @Override
    public List<Learned> find(String tenant, String fingerprint) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        select patch_id, patch, diff, verified_count, refused_count
                                        from learned_patch
                                        where tenant_id = ? and fingerprint = ?
                                          and refused_count - verified_count <= ?
                                          and (diff <> '' or learned_at > ?)
                                        order by verified_count - refused_count desc, last_used_at desc, patch_id
                                        limit ?
                                        """)
                                .params(
                                        tenant,
                                        fingerprint,
                                        MAX_LEAD_OF_REFUSALS,
                                        at(clock.instant().minus(GROWTH_KEPT)),
                                        MAX_PER_FINGERPRINT)
                                .query((row, _) ->
                                        new Learned(
                                                row.getString(1),
                                                Json.mapper()
                                                        .readValue(row.getString(2), Patch.class),
                                                row.getString(3),
                                                row.getInt(4),
                                                row.getInt(5)))
                                .list());
    }

    private static OffsetDateTime at(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
