package dev.kintsugi.cli;

import dev.kintsugi.client.event.RunStatus;

/** How the command ends, for scripts. */
public enum ExitCode {
    /** Healed or clean, or done as asked. */
    OK(0),
    FAILED(1),
    BAD_INPUT(2),
    ROLLED_BACK(3),
    /** The run goes on, or waits for somebody. */
    WAITING(4),
    /** The server or what is around it. */
    ENVIRONMENT(5),
    CANCELLED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    static ExitCode of(RunStatus status) {
        return switch (status) {
            case SUCCEEDED -> OK;
            case FAILED -> FAILED;
            case ROLLED_BACK -> ROLLED_BACK;
            case CANCELLED -> CANCELLED;
            case QUEUED, RUNNING, REPAIRING, WAITING, ROLLING_BACK -> WAITING;
        };
    }
}
