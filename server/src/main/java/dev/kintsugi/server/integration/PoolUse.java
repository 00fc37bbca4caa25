package dev.kintsugi.server.integration;

/**
 * A pool's connections at a moment.
 *
 * @param leased at work
 * @param idle open, for whoever comes
 * @param waiting callers that wait for one
 */
public record PoolUse(int leased, int idle, int waiting) {}
