package dev.kintsugi.client.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key of a tenant that is in use, without the key itself.
 *
 * @param label tells it from the tenant's others
 * @param scopes of read, write, approve, work
 * @param expiresAt null for never
 */
public record TenantKey(
        String label, List<String> scopes, Instant createdAt, @Nullable Instant expiresAt) {
    public TenantKey {
        scopes = List.copyOf(scopes);
    }
}
