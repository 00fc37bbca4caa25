package dev.kintsugi.client.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody changed something through the API.
 *
 * @param id grows with time
 * @param key the label of the API key that was used
 * @param action method and path, such as {@code POST /api/v1/runs/r-1/cancel}
 * @param detail what the path does not say, such as the old value and the new; null for nothing
 */
public record AuditEntry(long id, Instant at, String key, String action, @Nullable String detail) {}
