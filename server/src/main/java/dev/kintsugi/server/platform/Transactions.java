package dev.kintsugi.server.platform;

import java.util.function.Supplier;

/**
 * Runs work in a database transaction, for one tenant or for the system. A call inside another
 * joins it and keeps the outer one's identity. Work that throws leaves nothing behind.
 */
public interface Transactions {

    /** Sees and changes rows of this tenant alone; the database enforces it. */
    <T> T asTenant(String tenant, Supplier<T> work);

    /**
     * Sees and changes rows of all tenants. For the queue, the run engine and this package only.
     */
    <T> T asSystem(Supplier<T> work);

    /**
     * Runs once the transaction around it is committed, at once when there is none; never after a
     * rollback.
     */
    void afterCommit(Runnable action);

    /**
     * Runs once the transaction around it has failed: nothing of it is left, or, where the
     * connection broke at the commit, nobody knows. Never without a transaction.
     */
    void afterFailure(Runnable action);
}
