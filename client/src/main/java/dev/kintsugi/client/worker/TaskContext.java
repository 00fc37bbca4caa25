package dev.kintsugi.client.worker;

/** What a handler knows of the lease it works under. */
public interface TaskContext {
    /** Whether the work is no longer wanted: the run was cancelled, or another worker has it. */
    boolean cancelled();

    /** Runs once the work is no longer wanted, at once when that is already so. */
    void onCancel(Runnable action);

    /** Says how far the work is, at most 200 characters; people see the latest. */
    default void progress(String text) {}

    /**
     * Hands in what the outside system answered to a {@code once} step: from then on the attempt,
     * however it ends, is not repeated. Sent at once; when the server cannot be reached, again
     * before the end is reported. The first counts. It must be redacted already.
     *
     * @param text at most {@link dev.kintsugi.client.task.WorkerProtocol#MAX_RECEIPT} characters;
     *     what comes beyond is cut off
     */
    default void receipt(String text) {}

    /** Adds to the attempt's log. Bytes must be redacted already. */
    void log(byte[] bytes);
}
