package dev.kintsugi.cli.local;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What somebody needs of a local server.
 *
 * @param ephemeral whether one that is started may leave when nobody needs it any more
 * @param port where it must listen; 0 for any free port; null when that is all the same
 * @param repository what it must accept as a workspace, absolute; null for none
 * @param trainTo where a start writes an AOT cache to; null for an ordinary start
 */
public record Wish(
        boolean ephemeral,
        @Nullable Integer port,
        @Nullable Path repository,
        @Nullable Path trainTo) {
    /** Where a server listens that was asked for without a port. */
    public static final int DEFAULT_PORT = 8787;

    /** Any server, which may leave when nobody needs it any more. */
    public static Wish any(@Nullable Path repository) {
        return new Wish(true, null, repository, null);
    }

    boolean isMetBy(ServerFile server) {
        boolean stays = ephemeral || !server.ephemeral();
        return stays && (port == null || port == 0 || port == server.port());
    }

    /** Where one that is started listens; 0 for any free port. */
    int startPort() {
        if (port != null) {
            return port;
        }
        return ephemeral ? 0 : DEFAULT_PORT;
    }

    /** The same of a server that takes another's place: it stays, and stays where it was. */
    Wish inPlaceOf(ServerFile server) {
        boolean keepsPort = port == null && (ephemeral || !server.ephemeral());
        return new Wish(
                ephemeral && server.ephemeral(),
                keepsPort ? (Integer) server.port() : port,
                repository,
                trainTo);
    }
}
