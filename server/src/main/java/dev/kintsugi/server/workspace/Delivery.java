package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.Task;

/** Hands mended work over to the repository it came from. */
public interface Delivery {

    /**
     * Makes one commit per change that is not empty, on top of the run's base, and pushes them as a
     * new branch. Nothing else in the repository is touched, least of all its checkout. Done again,
     * it changes nothing more.
     *
     * @throws WorkspaceException when the changes do not fit together, the branch exists with other
     *     work, or the push fails
     */
    Delivered deliver(RunRepository run, Task.Delivery delivery) throws InterruptedException;

    /**
     * Work handed over.
     *
     * @param commit the branch's tip
     */
    record Delivered(String branch, String commit) {}
}
