package dev.kintsugi.client.api;

import dev.kintsugi.client.event.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * Which runs are asked for.
 *
 * @param limit most on the page, 1 to {@link RunPage#MAX_LIMIT}
 * @param status only those; null for all
 * @param after {@link RunPage#next()} of the page before; null for the first
 */
public record RunQuery(int limit, @Nullable RunStatus status, @Nullable String after) {

    /** The newest runs of any status. */
    public static RunQuery newest(int limit) {
        return new RunQuery(limit, null, null);
    }

    /** The same, of one status only. */
    public RunQuery only(RunStatus wanted) {
        return new RunQuery(limit, wanted, after);
    }

    /** The page that follows: see {@link RunPage#next()}. */
    public RunQuery from(String next) {
        return new RunQuery(limit, status, next);
    }
}
