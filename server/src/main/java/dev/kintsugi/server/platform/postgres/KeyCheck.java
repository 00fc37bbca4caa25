package dev.kintsugi.server.platform.postgres;

import dev.kintsugi.server.platform.StartFailure;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Holds all servers of a database to one key of the event chains: with two, each would take what
 * the other wrote for forged. The database keeps a value that follows from the key and does not
 * show it.
 */
final class KeyCheck {
    private static final String MAC = "HmacSHA256";
    private static final byte[] TEXT = "kintsugi chain key".getBytes(StandardCharsets.UTF_8);

    private KeyCheck() {}

    /**
     * Requires the key that this database began with; the first one asked about is that.
     *
     * @throws StartFailure when it is another
     */
    static void require(DatabaseLogin owner, byte[] chainKey) {
        byte[] value = value(chainKey);
        try (Connection connection =
                        DriverManager.getConnection(owner.url(), owner.user(), owner.password());
                var begin =
                        connection.prepareStatement(
                                "insert into chain_key (check_value) values (?) on conflict do nothing");
                var kept = connection.createStatement()) {
            begin.setBytes(1, value);
            begin.executeUpdate();
            try (var row = kept.executeQuery("select check_value from chain_key")) {
                row.next();
                if (!MessageDigest.isEqual(value, row.getBytes(1))) {
                    throw new StartFailure(
                            "The events in the database %s were chained with another key: copy chain-key from the KINTSUGI_HOME of the server that wrote them, or set KINTSUGI_CHAIN_KEY to it."
                                    .formatted(owner));
                }
            }
        } catch (SQLException e) {
            throw new StartFailure(
                    "The chain key cannot be compared with that of the database %s: %s"
                            .formatted(owner, e.getMessage()),
                    e);
        }
    }

    private static byte[] value(byte[] chainKey) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(chainKey, MAC));
            return mac.doFinal(TEXT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + MAC, e);
        }
    }
}
