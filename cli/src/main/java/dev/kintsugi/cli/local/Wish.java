package dev.kintsugi.cli.local;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What somebody needs of a local server.
 *
 * @param ephemeral whether one that is started may leave when nobody needs it any more
 * @param port where one that is started listens; 0 for any free port
 * @param repository what it must accept as a workspace, absolute; null for none
 * @param trainTo where a start writes an AOT cache to; null for an ordinary start
 */
public record Wish(boolean ephemeral, int port, @Nullable Path repository, @Nullable Path trainTo) {

    /** Any server, which may leave when nobody needs it any more. */
    public static Wish any(@Nullable Path repository) {
        return new Wish(true, 0, repository, null);
    }
}
