package dev.kintsugi.server.platform.postgres;

import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.platform.Transactions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Content in the table {@code blob}. */
public final class PostgresBlobs implements Blobs {
    private final Transactions transactions;
    private final JdbcClient jdbc;

    public PostgresBlobs(Transactions transactions, JdbcClient jdbc) {
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    @Override
    public String put(String tenant, byte[] content) {
        if (content.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "content must have at most %d bytes, had %d"
                            .formatted(MAX_BYTES, content.length));
        }
        String hash = sha256(content);
        transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        insert into blob (tenant_id, hash, content) values (?, ?, ?)
                                        on conflict (tenant_id, hash) do update set created_at = now()
                                        """)
                                .params(tenant, hash, content)
                                .update());
        return hash;
    }

    @Override
    public Optional<byte[]> get(String tenant, String hash) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql("select content from blob where tenant_id = ? and hash = ?")
                                .params(tenant, hash)
                                .query(byte[].class)
                                .optional());
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
