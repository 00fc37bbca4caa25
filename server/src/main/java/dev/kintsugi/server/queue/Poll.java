package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import java.util.List;

/**
 * A request for work that waits in this process. While it does, a transaction that puts tasks in
 * may reserve it and give it some of them, which saves the worker a claim.
 */
final class Poll {
    private enum State {
        LOOKING,
        WAITING,
        RESERVED,
        SERVED
    }

    private final LeaseRequest request;
    private State state = State.LOOKING;
    private List<LeasedTask> given = List.of();
    private volatile boolean gone;

    Poll(LeaseRequest request) {
        this.request = request;
    }

    LeaseRequest request() {
        return request;
    }

    /** From now on it may be reserved. */
    synchronized void open() {
        state = State.WAITING;
    }

    /**
     * Keeps it for one transaction, when it waits for work of the class.
     *
     * @return whether it must be {@link #serve}d, be it with nothing
     */
    synchronized boolean reserve(QueueClass queue) {
        if (gone || state != State.WAITING || request.slots().getOrDefault(queue, 0) < 1) {
            return false;
        }
        state = State.RESERVED;
        return true;
    }

    /** Says what the transaction that reserved it gave it. */
    synchronized void serve(List<LeasedTask> tasks) {
        given = tasks;
        state = tasks.isEmpty() ? State.WAITING : State.SERVED;
        notifyAll();
    }

    synchronized boolean isWaiting() {
        return state == State.WAITING;
    }

    synchronized boolean isServed() {
        return state == State.SERVED;
    }

    /** From now on it is not reserved; waits for a transaction that had reserved it. */
    synchronized List<LeasedTask> close() {
        var interrupted = false;
        while (state == State.RESERVED) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true; // what it was given must not be lost
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        state = State.LOOKING;
        var tasks = given;
        given = List.of();
        return tasks;
    }

    /** Its worker waits no more. */
    void leave() {
        gone = true;
    }

    boolean isGone() {
        return gone;
    }
}
