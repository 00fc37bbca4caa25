package dev.kintsugi.client.plan;

import org.jspecify.annotations.Nullable;

/**
 * Another run of the tenant that must have succeeded; named by its id or by the key that it was, or
 * will be, submitted under. One of the two is given.
 *
 * @param run its id; null when it is named by its key
 * @param key its idempotency key, perhaps of a run that is still to come; null when it is named by
 *     its id
 */
public record NeededRun(@Nullable String run, @Nullable String key) {
    /** Most characters of an id or key. */
    public static final int MAX_NAME = 200;

    @Override
    public String toString() {
        return run == null ? "key " + key : "run " + run;
    }
}
