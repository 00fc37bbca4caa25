package dev.kintsugi.server.queue;

import dev.kintsugi.server.platform.Transactions;
import java.io.ByteArrayOutputStream;
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
    public void append(String tenant, String key, long offset, byte[] bytes) {
        if (offset + bytes.length > MAX_BYTES) {
            return;
        }
        transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        insert into step_log (tenant_id, lease_key, at_byte, bytes)
                                        values (?, ?, ?, ?) on conflict do nothing
                                        """)
                                .param(tenant)
                                .param(key)
                                .param(offset)
                                .param(bytes)
                                .update());
    }

    @Override
    public byte[] read(String tenant, String key, long offset, int max) {
        return transactions.asTenant(
                tenant,
                () -> {
                    var text = new ByteArrayOutputStream();
                    jdbc.sql(
                                    """
                                    select at_byte, bytes from step_log
                                    where lease_key = ? and at_byte + length(bytes) > ? and at_byte < ?
                                    order by at_byte
                                    """)
                            .param(key)
                            .param(offset)
                            .param(offset + max)
                            .query(row -> {
                                var piece = row.getBytes(2);
                                var skip = (int) Math.max(0, offset - row.getLong(1));
                                text.write(
                                        piece,
                                        skip,
                                        Math.min(piece.length - skip, max - text.size()));
                            });
                    return text.toByteArray();
                });
    }
}
