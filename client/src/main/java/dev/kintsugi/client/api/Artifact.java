package dev.kintsugi.client.api;

/**
 * A file that an attempt of a step left to be kept.
 *
 * @param name its path within the checkout, or as the agent calls it
 * @param hash of its content, by which {@link KintsugiClient#blob} has it
 * @param size in bytes
 */
public record Artifact(String step, int attempt, String name, String hash, long size) {}
