package dev.kintsugi.server.waiting;

import dev.kintsugi.client.plan.Step.Priority;
import java.time.Instant;

/** What a run's turn changes of what its steps wait for and hold. */
public sealed interface WaitChange {
    String tenant();

    /**
     * A step asks for what it waits for.
     *
     * @param bornAt when its run was taken in
     * @param number of the asking, which tells it from earlier ones of the step
     * @param until when its patience is over
     */
    record Asked(
            String tenant,
            String run,
            Instant bornAt,
            String step,
            long number,
            Priority priority,
            dev.kintsugi.client.plan.Waits waits,
            Instant at,
            Instant until)
            implements WaitChange {
        Asked with(dev.kintsugi.client.plan.Waits other) {
            return new Asked(tenant, run, bornAt, step, number, priority, other, at, until);
        }
    }

    /**
     * A worker has stopped what was cancelled while it had it.
     *
     * @param task its key
     */
    record Stopped(String tenant, String run, String task) implements WaitChange {}

    /**
     * What was cancelled of a step while a worker had it.
     *
     * @param task its key
     * @param until when its lease runs out: the worker stops by then
     */
    record AtWork(String run, String step, String task, Instant until) {}

    /** A step gives back what it holds, but for what it keeps, and waits no longer. */
    record GivenBack(String tenant, String run, String step) implements WaitChange {}

    /** All steps of a run give back all that they hold, and wait no longer. */
    record AllGivenBack(String tenant, String run) implements WaitChange {}
}
