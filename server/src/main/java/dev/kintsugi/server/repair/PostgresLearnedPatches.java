package dev.kintsugi.server.repair;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.server.platform.Transactions;
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
        update(
                tenant,
                """
                insert into learned_patch
                    (tenant_id, fingerprint, patch_id, patch, diff, verified_count, refused_count, last_used_at)
                values (?, ?, ?, ?, ?, 1, 0, ?)
                on conflict (tenant_id, fingerprint, patch_id) do update
                set verified_count = learned_patch.verified_count + 1, last_used_at = excluded.last_used_at
                """,
                tenant,
                fingerprint,
                PatchIds.learned(fingerprint, patch, diff),
                Json.mapper().writeValueAsString(patch),
                diff,
                now());
    }

    @Override
    public void penalise(String tenant, String fingerprint, String patchId) {
        update(
                tenant,
                """
                update learned_patch set refused_count = refused_count + 1, last_used_at = ?
                where tenant_id = ? and fingerprint = ? and patch_id = ?
                """,
                now(),
                tenant,
                fingerprint,
                patchId);
    }

    @Override
    public void forget(String tenant, String fingerprint, String patchId) {
        update(
                tenant,
                "delete from learned_patch where tenant_id = ? and fingerprint = ? and patch_id = ?",
                tenant,
                fingerprint,
                patchId);
    }

    @Override
    public List<Learned> find(String tenant, String fingerprint) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        select patch, diff, verified_count, refused_count from learned_patch
                                        where tenant_id = ? and fingerprint = ?
                                          and refused_count - verified_count <= ?
                                        order by verified_count - refused_count desc, last_used_at desc, patch_id
                                        limit ?
                                        """)
                                .params(
                                        tenant,
                                        fingerprint,
                                        MAX_LEAD_OF_REFUSALS,
                                        MAX_PER_FINGERPRINT)
                                .query((row, _) ->
                                        new Learned(
                                                Json.mapper()
                                                        .readValue(row.getString(1), Patch.class),
                                                row.getString(2),
                                                row.getInt(3),
                                                row.getInt(4)))
                                .list());
    }

    private void update(String tenant, String sql, Object... params) {
        transactions.asTenant(tenant, () -> jdbc.sql(sql).params(params).update());
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
}
