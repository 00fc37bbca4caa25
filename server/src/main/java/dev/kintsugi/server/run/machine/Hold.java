package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.RunStatus.WaitingFor;

/**
 * Where a step stands with what it waits for: its locks and other runs.
 *
 * @param number of the asking; an answer to another one is stale
 * @param keeps whether it holds what it keeps until the run's work is over
 */
record Hold(long number, Status status, boolean keeps) {
    enum Status {
        /** Nothing is heard yet. */
        ASKED,
        FOR_LOCKS,
        FOR_RUNS,
        HELD,
        /** The step has ended: it holds only what it keeps. */
        IDLE
    }

    Hold with(Status next) {
        return new Hold(number, next, keeps);
    }

    boolean isHeld() {
        return status == Status.HELD;
    }

    /** Whether it is known that it takes time. */
    boolean waits() {
        return status == Status.FOR_LOCKS || status == Status.FOR_RUNS;
    }

    /** Whether an answer may come. */
    boolean isOpen() {
        return status == Status.ASKED || waits();
    }

    WaitingFor waitingFor() {
        return status == Status.FOR_RUNS ? WaitingFor.RUN : WaitingFor.LOCK;
    }
}
