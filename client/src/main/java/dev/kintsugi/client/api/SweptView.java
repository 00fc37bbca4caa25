package dev.kintsugi.client.api;

/**
 * What a sweep deleted of a kind, or would.
 *
 * @param kind such as {@code runs} or {@code repositories}
 * @param bytes they took, as near as that is known
 * @param done whether it has ended; as long as it has not, nothing is counted
 */
public record SweptView(String kind, long count, long bytes, boolean done) {}
