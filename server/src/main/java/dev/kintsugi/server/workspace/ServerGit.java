package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.LeasedTask.Lease;
import java.net.URI;
import java.util.Objects;
import java.util.function.Function;

/**
 * Where a worker finds the server's Git over HTTP.
 *
 * @param server the server's address, such as {@code http://127.0.0.1:8787}
 * @param proof what proves a lease, as {@link LeaseSeal} makes it
 */
public record ServerGit(URI server, Function<Lease, String> proof) {
    public ServerGit {
        Objects.requireNonNull(server.getHost(), "server must name a host");
    }

    /** The address of a run's repository. */
    public URI of(String run) {
        return URI.create(server.toString().replaceFirst("/+$", "") + "/git/" + run);
    }
}
