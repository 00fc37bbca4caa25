package dev.kintsugi.client.worker;

/** What a handler knows of the lease it works under. */
public interface TaskContext {
    /** Whether the work is no longer wanted: the run was cancelled, or another worker has it. */
    boolean cancelled();

    /** Runs once the work is no longer wanted, at once when that is already so. */
    void onCancel(Runnable action);

    /** Says how far the work is, at most 200 characters; people see the latest. */
    default void progress(String text) {}

    /** Adds to the attempt's log. Bytes must be redacted already. */
    void log(byte[] bytes);
}
