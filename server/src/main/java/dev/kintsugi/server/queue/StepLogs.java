package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.LeasedTask.Lease;
import java.util.OptionalInt;

/**
 * The output of tasks, kept in pieces as it comes. A task that was handed out again has a log per
 * lease; what is read is the latest's.
 */
public interface StepLogs {
    /** Stands in a log where bytes were lost on their way, followed by spaces. */
    String LOST = "[output lost] ";

    /** Largest log of one lease, in bytes; what a worker sends beyond is dropped. */
    long MAX_BYTES = 8L * 1024 * 1024 + 4096;

    /** Adds bytes at the offset; what is there already is not written twice. */
    void append(String tenant, Lease lease, long offset, byte[] bytes);

    /** Up to {@code max} bytes of a task's log from the offset on; empty at the end. */
    byte[] read(String tenant, String key, long offset, int max);

    /** The highest number behind the prefix among the keys of tasks that have a log. */
    OptionalInt latest(String tenant, String keyPrefix);
}
