package dev.kintsugi.client.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in lower-case hexadecimal digits. */
public final class Sha256 {
    private static final int SHORT = 16;

    private Sha256() {}

    /** All 64 digits for a text in UTF-8. */
    public static String hex(String text) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** The first 16 digits: enough for names, not against somebody who looks for another text. */
    public static String brief(String text) {
        return hex(text).substring(0, SHORT);
    }
}
