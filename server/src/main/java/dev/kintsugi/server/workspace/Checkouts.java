package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.LeasedTask;
import java.time.Duration;
import java.util.function.Predicate;

/** A worker's checkouts: every attempt has a folder of its own. */
public interface Checkouts {
    /** How long checkouts of failed attempts, and warm folders, are kept. */
    Duration KEPT_FOR = Duration.ofDays(7);

    /** Most that kept checkouts may hold together, and warm folders together, in bytes. */
    long KEPT_BYTES = 5L << 30;

    /**
     * Fetches the task's input from the server and checks it out.
     *
     * @throws WorkspaceException when the lease is stale, the inputs conflict or git fails
     */
    Checkout open(LeasedTask task, ServerGit server) throws InterruptedException;

    /**
     * Deletes checkouts that were kept too long, are too much, or are of runs that there are no
     * more; what is in use stays. Needs no git.
     *
     * @param dry only counts
     */
    Freed sweep(Predicate<String> isGone, boolean dry);

    /** As {@link #sweep}, of warm folders. */
    Freed sweepCaches(boolean dry);
}
