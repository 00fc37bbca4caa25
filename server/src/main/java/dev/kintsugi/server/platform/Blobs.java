package dev.kintsugi.server.platform;

import java.util.Optional;

/** Immutable content kept by its hash, so that events stay small. */
public interface Blobs {
    /** Largest content kept, in bytes. */
    int MAX_BYTES = 16 * 1024 * 1024;

    /**
     * Keeps the content; keeping the same twice is keeping it once.
     *
     * @return its SHA-256 in 64 lower-case hexadecimal digits
     * @throws IllegalArgumentException when it is larger than {@link #MAX_BYTES}
     */
    String put(String tenant, byte[] content);

    /** The content, when this tenant has it. */
    Optional<byte[]> get(String tenant, String hash);
}
