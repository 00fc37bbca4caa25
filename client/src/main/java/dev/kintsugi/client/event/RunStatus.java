package dev.kintsugi.client.event;

/** Where a run stands. */
public enum RunStatus {
    QUEUED,
    RUNNING,
    REPAIRING,
    /**
     * Nothing can go on before someone or something outside answers; {@link WaitingFor} says what.
     */
    WAITING,
    ROLLING_BACK,
    SUCCEEDED,
    FAILED,
    ROLLED_BACK,
    CANCELLED;

    public boolean isFinal() {
        return switch (this) {
            case QUEUED, RUNNING, REPAIRING, WAITING, ROLLING_BACK -> false;
            case SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED -> true;
        };
    }

    /** What a waiting run waits for. */
    public enum WaitingFor {
        APPROVAL,
        EFFECT_UNKNOWN,
        LOCK,
        RUN
    }
}
