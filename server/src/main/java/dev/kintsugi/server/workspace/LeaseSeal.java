package dev.kintsugi.server.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.task.LeasedTask.Lease;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes up what proves that a lease was given by a server: keys and tokens of leases can be guessed
 * by a step, an HMAC-SHA-256 over them cannot.
 */
public final class LeaseSeal {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "kintsugi git lease\n";

    private final SecretKeySpec key;

    /**
     * @param key at least 16 bytes, the same on all servers of a database
     */
    public LeaseSeal(byte[] key) {
        if (key.length < 16) {
            throw new IllegalArgumentException(
                    "key must have at least 16 bytes, had " + key.length);
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** The lease's proof: 64 hexadecimal digits. */
    public String of(Lease lease) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            var text = PURPOSE + lease.token() + "\n" + lease.key();
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }

    /** Whether the proof is this lease's; takes as long whatever differs. */
    public boolean fits(Lease lease, String proof) {
        return MessageDigest.isEqual(of(lease).getBytes(UTF_8), proof.getBytes(UTF_8));
    }
}
