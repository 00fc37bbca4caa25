package dev.kintsugi.client.secret;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * Masks secrets in text: known values, also in base64, URL-encoded or JSON-escaped, and whatever
 * {@link SecretPatterns} finds. Immutable and safe for many threads; each stream is for one.
 */
public final class Redactor {
    /** What stands in the place of a secret. */
    public static final String MASK = "***";

    /** Shorter values are not masked: they would take ordinary words out of every text. */
    public static final int MIN_SECRET_LENGTH = 4;

    /** Most characters of one known value. */
    public static final int MAX_SECRET_LENGTH = 16_384;

    private final KnownSecrets known;

    private Redactor(KnownSecrets known) {
        this.known = known;
    }

    /**
     * A redactor for these values and everything that looks like a secret.
     *
     * @throws IllegalArgumentException when a value is longer than {@link #MAX_SECRET_LENGTH}
     */
    public static Redactor of(Collection<String> secrets) {
        return new Redactor(new KnownSecrets(secrets));
    }

    /** The text with every secret masked. */
    public String redact(String text) {
        var stream = stream();
        var out = new ByteArrayOutputStream(text.length());
        out.writeBytes(stream.push(text.getBytes(StandardCharsets.UTF_8)));
        out.writeBytes(stream.finish());
        return out.toString(StandardCharsets.UTF_8);
    }

    /**
     * Whether a text holds a known value, in any of its forms, that another does not hold. What
     * only looks like a secret does not count.
     *
     * @param before what may be seen already
     */
    public boolean reveals(InputStream before, InputStream after) throws IOException {
        var found = known.in(after);
        return !found.isEmpty() && !known.in(before).containsAll(found);
    }

    /** The same for short texts. */
    public boolean reveals(String before, String after) {
        try {
            return reveals(stream(before), stream(after));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no file behind it
        }
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A stream for text that comes in chunks. */
    public RedactingStream stream() {
        return new RedactingStream(known);
    }
}
