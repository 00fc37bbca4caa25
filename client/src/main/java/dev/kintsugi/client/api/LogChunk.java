package dev.kintsugi.client.api;

/**
 * A piece of an attempt's output.
 *
 * @param attempt whose it is, 1 for the first
 * @param offset where in the log it starts, in bytes
 * @param next the offset to ask for next
 * @param text the output, secrets masked
 * @param ended whether nothing will follow
 */
public record LogChunk(int attempt, long offset, long next, String text, boolean ended) {}
