package dev.kintsugi.server.workspace;

import java.net.URI;
import java.util.Objects;

/**
 * Where a worker finds the server's Git over HTTP.
 *
 * @param server the server's address, such as {@code http://127.0.0.1:8787}
 */
public record ServerGit(URI server) {
    public ServerGit {
        Objects.requireNonNull(server.getHost(), "server must name a host");
    }

    /** The address of a run's repository. */
    public URI of(String run) {
        return URI.create(server.toString().replaceFirst("/+$", "") + "/git/" + run);
    }
}
