package dev.kintsugi.client.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key of a tenant that is in use, without the key itself.
 *
 * @param label tells it from the tenant's others
 * @param scopes of read, run, approve, work, admin
 * @param expiresAt null for never
 * @param replacedAt when a rotation gave its label to another key; null while it is the label's
 */
public record TenantKey(
        String label,
        List<String> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant replacedAt) {
    public TenantKey {
        scopes = List.copyOf(scopes);
    }
}
