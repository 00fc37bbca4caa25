package dev.kintsugi.server.queue;

/** The output of attempts, kept in pieces as it comes. */
public interface StepLogs {
    /** Largest log of one attempt, in bytes; what a worker sends beyond is dropped. */
    long MAX_BYTES = 8L * 1024 * 1024 + 4096;

    /** Adds bytes at the offset; what is there already is not written twice. */
    void append(String tenant, String key, long offset, byte[] bytes);

    /** Up to {@code max} bytes from the offset on; empty at the end. */
    byte[] read(String tenant, String key, long offset, int max);
}
