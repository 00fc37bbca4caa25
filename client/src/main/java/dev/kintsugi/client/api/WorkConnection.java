package dev.kintsugi.client.api;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.WorkWire.Offer;
import dev.kintsugi.client.task.WorkWire.Terms;
import dev.kintsugi.client.task.WorkerProtocol;
import tools.jackson.databind.JsonNode;

/**
 * A worker's connection to a server elsewhere: the protocol, contents by their hash, and what goes
 * with the leases it was given. Safe for many threads. Calls throw {@link ApiException} when they
 * do not succeed.
 */
public interface WorkConnection extends WorkerProtocol, AutoCloseable {

    /** Says what a worker offers; may be repeated. */
    Terms register(Offer offer);

    /**
     * Keeps a content, at most 16 MiB.
     *
     * @return its SHA-256 in hexadecimal
     */
    String keep(byte[] content);

    /** A content by its hash. */
    byte[] content(String hash);

    /** Shows the server's Git that a lease is held; empty when it is not. */
    String proof(Lease lease);

    /** What the agent of a held lease gets; JSON's null when it is for no agent. */
    JsonNode input(Lease lease);

    @Override
    void close();
}
