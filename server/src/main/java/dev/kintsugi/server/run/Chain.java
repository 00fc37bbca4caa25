package dev.kintsugi.server.run;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The chain that makes a changed, removed or added event show: mac = HMAC-SHA-256(key, previous
 * mac, seq, body). It begins with the run's name, so that no log passes for another run's.
 */
public final class Chain {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /**
     * @param key at least 16 bytes
     */
    public Chain(byte[] key) {
        if (key.length < 16) {
            throw new IllegalArgumentException(
                    "key must have at least 16 bytes, had " + key.length);
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** Where a run's chain begins; its own, so that a log is worth nothing under another run. */
    public byte[] start(String tenant, String run) {
        return mac().doFinal((tenant + "\n" + run).getBytes(StandardCharsets.UTF_8));
    }

    public byte[] next(byte[] previous, long seq, byte[] body) {
        var mac = mac();
        mac.update(previous);
        mac.update(ByteBuffer.allocate(Long.BYTES).putLong(seq).array());
        return mac.doFinal(body);
    }

    private Mac mac() {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
