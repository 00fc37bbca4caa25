package dev.kintsugi.client.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key that takes another's place.
 *
 * @param apiKey the new key; the server keeps only a hash and cannot show it again
 * @param expiresAt of the new key; null for never
 * @param oldEndsAt until when the old key is good
 */
public record RotatedKey(
        String tenant,
        String label,
        String apiKey,
        @Nullable Instant expiresAt,
        Instant oldEndsAt) {
    /** Says whose, never the key. */
    @Override
    public String toString() {
        return "RotatedKey[tenant=%s, label=%s, oldEndsAt=%s]".formatted(tenant, label, oldEndsAt);
    }
}
