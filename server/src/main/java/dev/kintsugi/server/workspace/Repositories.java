package dev.kintsugi.server.workspace;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.Task;
import java.util.List;

/** Brings repositories in. A source is only read; {@link Delivery} alone writes to one. */
public interface Repositories {

    /**
     * Says quickly whether a tenant can use a workspace at all, without the network: an accepted
     * path or host, a repository with commits, a ref that is known.
     *
     * @throws WorkspaceException when it cannot
     */
    void check(String tenant, Plan.Workspace workspace);

    /**
     * Makes the run's own repository; made again, it answers the same base.
     *
     * @throws WorkspaceException when the source cannot be had
     */
    Prepared prepare(RunRepository run, Plan.Workspace workspace) throws InterruptedException;

    /**
     * The same beginning with what an earlier run of the tenant left, whatever its source has
     * become.
     *
     * @throws WorkspaceException when the earlier run's repository is no longer kept
     */
    Prepared prepare(RunRepository run, Plan.Workspace workspace, Task.Origin origin)
            throws InterruptedException;

    /**
     * A run's repository, ready.
     *
     * @param baseCommit what the run begins with: 40 hexadecimal digits
     * @param remarks what people should know, such as changes that were not committed
     */
    record Prepared(String baseCommit, List<String> remarks) {
        public Prepared {
            remarks = List.copyOf(remarks);
        }
    }
}
