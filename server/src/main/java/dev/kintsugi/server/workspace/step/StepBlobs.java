package dev.kintsugi.server.workspace.step;

import dev.kintsugi.client.task.LeasedTask;

/** Content by its hash, as a worker reaches it under a lease. */
public interface StepBlobs {
    /**
     * Keeps the content, which must be redacted already.
     *
     * @return its hash
     */
    String put(LeasedTask task, byte[] content);

    /**
     * Content that the task names.
     *
     * @throws java.util.NoSuchElementException when it is not there
     */
    byte[] get(LeasedTask task, String hash);
}
