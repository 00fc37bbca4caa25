package dev.kintsugi.server.workspace.step;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.workspace.Checkout;

/** Where attempts get their checkouts from. */
@FunctionalInterface
public interface CheckoutSource {
    /**
     * Checks the task's input out.
     *
     * @throws dev.kintsugi.server.workspace.WorkspaceException when inputs conflict or cannot be
     *     had
     */
    Checkout open(LeasedTask task) throws InterruptedException;
}
