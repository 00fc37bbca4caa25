package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.server.platform.Transactions;
import java.io.ByteArrayOutputStream;
import java.util.OptionalInt;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Logs in table {@code step_log}, one row a piece. */
public final class PostgresStepLogs implements StepLogs {
    private final Transactions transactions;
    private final JdbcClient jdbc;

    public PostgresStepLogs(Transactions transactions, JdbcClient jdbc) {
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    @Override
    public void append(String tenant, Lease lease, long offset, byte[] bytes) {
        if (offset > MAX_BYTES - bytes.length) {
            return;
        }
        transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        insert into step_log (tenant_id, lease_key, token, at_byte, bytes)
                                        values (?, ?, ?, ?, ?) on conflict do nothing
                                        """)
                                .param(tenant)
                                .param(lease.key())
                                .param(lease.token())
                                .param(offset)
                                .param(bytes)
                                .update());
    }

    @Override
    public byte[] read(String tenant, String key, long offset, int max) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var token =
                            jdbc.sql("select max(token) from step_log where lease_key = ?")
                                    .param(key)
                                    .query(Long.class)
                                    .optional();
                    return token.map(latest -> read(new Lease(key, latest), offset, max))
                            .orElseGet(() -> new byte[0]);
                });
    }

    private byte[] read(Lease lease, long offset, int max) {
        var text = new ByteArrayOutputStream();
        jdbc.sql(
                        """
                        select at_byte, bytes from step_log
                        where lease_key = ? and token = ? and at_byte + length(bytes) > ? and at_byte < ?
                        order by at_byte
                        """)
                .param(lease.key())
                .param(lease.token())
                .param(offset)
                .param(offset + max)
                .query(row -> {
                    var at = row.getLong(1);
                    var piece = row.getBytes(2);
                    lost(text, at - offset);
                    var skip = (int) Math.max(0, offset + text.size() - at);
                    var length = Math.min(piece.length - skip, max - text.size());
                    text.write(piece, skip, Math.max(0, length));
                });
        if (text.size() < max && goesOn(lease, offset + max)) {
            lost(text, max);
        }
        return text.toByteArray();
    }

    private boolean goesOn(Lease lease, long from) {
        return jdbc.sql(
                        "select exists (select 1 from step_log where lease_key = ? and token = ? and at_byte >= ?)")
                .param(lease.key())
                .param(lease.token())
                .param(from)
                .query(Boolean.class)
                .single();
    }

    /** Fills up to the size, so that offsets stay what they are. */
    private static void lost(ByteArrayOutputStream text, long size) {
        for (var i = 0; text.size() < size; i++) {
            text.write(i < LOST.length() ? LOST.charAt(i) : ' ');
        }
    }

    @Override
    public OptionalInt latest(String tenant, String keyPrefix) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var number =
                            jdbc.sql(
                                            """
                                            select coalesce(max(substr(lease_key, ?)::int), 0) from step_log
                                            where starts_with(lease_key, ?)
                                            """)
                                    .param(keyPrefix.length() + 1)
                                    .param(keyPrefix)
                                    .query(Integer.class)
                                    .single();
                    return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
                });
    }
}
