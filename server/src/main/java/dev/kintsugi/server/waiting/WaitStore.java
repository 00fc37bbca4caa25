package dev.kintsugi.server.waiting;

import dev.kintsugi.server.waiting.WaitChange.Asked;
import java.util.List;
import java.util.SortedSet;

/** Keeps who waits for what and who holds what. Every method is called inside a transaction. */
public interface WaitStore {

    /** Until the transaction ends, nobody else changes the tenant's waits. */
    void lock(String tenant);

    /**
     * The same, unless somebody else changes them just now.
     *
     * @return whether they are the caller's to change
     */
    boolean tryLock(String tenant);

    Wait add(Asked asked, Wait.State state, long rank);

    /** Adds one that holds until its workers have stopped, with a ticket of its own. */
    void leave(Wait left);

    /**
     * The worker that had the run's task has stopped. What was left to it alone is gone; what was
     * left to others as well is theirs.
     *
     * @return names of the locks that were left to it alone
     */
    SortedSet<String> stopped(String run, String task);

    /** Moves it to another state. */
    void move(Wait wait);

    void remove(Wait wait);

    /**
     * The step holds no more than it keeps, and waits no longer; what is left to its workers stays.
     *
     * @return names of the locks of which it held or waited for something
     */
    SortedSet<String> giveBack(String run, String step);

    /** The same of all steps of the run and all that they hold. */
    SortedSet<String> giveBackAll(String run);

    /** Who holds permits of the lock, and who is first in line for it. */
    List<Wait> line(String tenant, String lock);

    /**
     * Those of the tenant in the order of asking, at most so many.
     *
     * @param after the last ticket of the page before; 0 for the first page
     */
    List<Wait> all(String tenant, long after, int max);

    /** All of the run. */
    List<Wait> ofRun(String tenant, String run);

    /** Tenants that have any. */
    SortedSet<String> tenants();

    /** How many steps of all tenants are in the state. */
    int count(Wait.State state);
}
