package dev.kintsugi.client.task;

/**
 * What a task is for. Only servers' own workers take the kinds that are not {@link
 * #forAnyWorker()}.
 */
public enum TaskKind {
    /** Bring the run's repository in. */
    PREPARE,
    /** One attempt of a step. */
    STEP,
    /** A passed step repeated to show that a patch broke nothing. */
    RECHECK,
    /** Find a patch for a failed step. */
    MEND,
    /** Compensate for a step at rollback. */
    UNDO,
    /** Hand mended work over. */
    DELIVER,
    /** Find out whether a {@code once} step that was cut short took effect. */
    RECONCILE;

    public boolean forAnyWorker() {
        return switch (this) {
            case STEP, RECHECK, UNDO, RECONCILE -> true;
            case PREPARE, MEND, DELIVER -> false;
        };
    }
}
