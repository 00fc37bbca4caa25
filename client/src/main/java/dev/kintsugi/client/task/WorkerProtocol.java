package dev.kintsugi.client.task;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask.Lease;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** The conversation between a worker and a server, whatever carries it. */
public interface WorkerProtocol {

    /**
     * Takes tasks that are ready, most urgent first. Returns at once when there are some, else
     * waits for them.
     *
     * @return at most {@code request.max()} tasks, perhaps none
     */
    List<LeasedTask> lease(LeaseRequest request);

    /**
     * Renews every lease named.
     *
     * @return what became of those that are not to go on
     */
    List<LostLease> heartbeat(String worker, List<Lease> leases);

    /**
     * Reports how a task ended, and takes the next in the same breath.
     *
     * @param next what the worker would do next: slots of the class that the task was of, {@code
     *     max} 0 for nothing; its patience does not count
     * @return tasks handed over, perhaps none
     * @throws StaleLeaseException when the lease is no longer the worker's; what it did is not
     *     counted. Of a cancelled one what it cost is counted once, nothing is handed over, and
     *     others may have the locks of its step from then on: so whoever stops such work says so by
     *     this.
     * @throws RefusedReportException when the server will never take this result
     */
    List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next);

    /**
     * Takes no more work: what this worker asked for and still waits for comes back empty, so that
     * nothing is handed to one who has gone.
     */
    void leave(String worker);

    /**
     * Gives a task back that was not done, so that another worker takes it at once.
     *
     * @param started false only when the work was not begun, so that nothing of it can have
     *     happened
     */
    void release(String worker, Lease lease, boolean started, String reason);

    /**
     * Says how far the work under a lease is, for people; the latest counts. Ignored when the lease
     * is no longer the worker's.
     *
     * @param text at most 200 characters
     */
    void progress(String worker, Lease lease, String text);

    /**
     * Hands in what the outside system answered to a {@code once} step: proof that it took effect.
     * From then on the attempt, however it ends, is not repeated. The first receipt counts.
     *
     * @param receipt 1 to {@value #MAX_RECEIPT} characters, such as the id of a payment; no secret
     * @throws StaleLeaseException when the lease is no longer the worker's
     * @throws RefusedReportException when it is none
     */
    void receipt(Lease lease, String receipt);

    /** Longest receipt, in characters. */
    int MAX_RECEIPT = 1_000;

    /**
     * Adds to the log of an attempt.
     *
     * @param offset where in the log the bytes belong; what is already there is not written twice
     * @throws StaleLeaseException when the lease is no longer the worker's
     */
    void log(Lease lease, long offset, byte[] bytes);

    /**
     * What a worker asks for.
     *
     * @param worker its id, 1 to 100 characters, the same for as long as the process lives
     * @param tenant the only tenant it works for; null for all
     * @param slots how many tasks of each class it has room for, at least one class
     * @param kinds the kinds it can do of work that asks for no agent; empty for none
     * @param agents agents it offers
     * @param max most tasks wanted, 1 to 256
     * @param patience how long to wait for work, at most 30 s; zero not to
     */
    record LeaseRequest(
            String worker,
            @Nullable String tenant,
            SortedMap<QueueClass, Integer> slots,
            SortedSet<TaskKind> kinds,
            SortedSet<String> agents,
            int max,
            Duration patience) {}

    /**
     * A lease that ended early.
     *
     * @param reason {@code cancelled} when the work is no longer wanted, {@code expired} when
     *     another has it
     */
    record LostLease(Lease lease, String reason) {
        /** The reason of a lease whose work is no longer wanted. */
        public static final String CANCELLED = "cancelled";

        public static final String EXPIRED = "expired";
    }

    /** What was reported is not what may be reported; to repeat it does not help. */
    final class RefusedReportException extends RuntimeException {
        public RefusedReportException(String why, Throwable cause) {
            super(why, cause);
        }
    }

    /** The lease named is not, or no longer, the worker's. */
    final class StaleLeaseException extends RuntimeException {
        public StaleLeaseException(Lease lease) {
            super(
                    "lease %s with token %d is not current: what it reports is refused"
                            .formatted(lease.key(), lease.token()));
        }
    }
}
