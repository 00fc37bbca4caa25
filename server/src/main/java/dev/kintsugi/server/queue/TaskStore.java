package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Keeps the queue's rows. Every method is called inside a transaction of the system. */
public interface TaskStore {

    /**
     * Adds tasks; one whose key is there and lost goes back to the waiting, one that is there
     * otherwise stays.
     */
    void put(List<QueuedTask> tasks);

    /**
     * Adds tasks as a worker's at once; one whose key is there stays as it is unless it is lost.
     *
     * @return those that were given
     */
    List<LeasedTask> give(List<Gift> gifts, Instant now, Instant expiresAt);

    /** Whether this server can hand the task out, or another alone. */
    boolean isHere(QueuedTask task);

    /** Those of the classes in which any task waits whose time has come. */
    SortedSet<QueueClass> waiting(SortedSet<QueueClass> queues, Instant now);

    /** How many slots of the class are free; nobody else takes one before the transaction ends. */
    int free(QueueClass queue);

    /**
     * Leases waiting tasks, most urgent first, within the request's slots and the classes' limits.
     */
    List<LeasedTask> claim(LeaseRequest request, Instant now, Instant expiresAt);

    /** The task, when the lease is current. */
    Optional<Task> held(Lease lease);

    /**
     * The task, when the lease is the latest that was given for it, be it current, lost or
     * cancelled.
     */
    Optional<Task> known(Lease lease);

    /**
     * Leases waiting tasks, most urgent first, within the request's slots, whatever the classes'
     * limits are: for slots that have become free in the same transaction.
     */
    List<LeasedTask> handOver(LeaseRequest request, Instant now, Instant expiresAt);

    /** Ends those that are current and says what they were of. What is done is forgotten. */
    Map<Lease, Ended> finish(List<Lease> leases, Instant now, End how);

    /** Forgets those that were cancelled while their worker had them, each once. */
    Map<Lease, Task> settleCancelled(List<Lease> leases);

    /**
     * Renews those that are this worker's and current, and says what became of the others. One that
     * another transaction is at just now may be left as it is, and is not told lost.
     */
    List<LostLease> renew(String worker, List<Lease> leases, Instant now, Instant expiresAt);

    /** Takes leases that ran out from their workers, at most so many. */
    List<Ended> expire(Instant now, int limit);

    /** Leases of agents whose step's time is over, at most so many. */
    List<LeasedTask> overdue(Instant now, int limit);

    /** Takes all leases of a worker from it. */
    List<Ended> takeBack(String worker, Instant now);

    /** Ends tasks whether they wait or are leased. */
    void cancel(List<String> keys, Instant now);

    /** Cancelled tasks of the runs that workers may still be at. */
    List<AtWork> atWork(List<String> runs, Instant now);

    /**
     * Those of the tasks that a worker ever had. A task that nobody had stays without a worker
     * until the transaction ends.
     */
    SortedSet<String> everLeased(List<String> keys);

    /**
     * Keeps what the outside system answered to the work under a lease; the first stays.
     *
     * @return whether the lease is current
     */
    boolean receipt(Lease lease, String text);

    /** The receipts of those of the tasks that have one, by key. */
    SortedMap<String, String> receipts(List<String> keys);

    /** How many tasks of each class wait and are leased. */
    SortedMap<QueueClass, Depth> depths();

    /** Keys of the run's tasks that workers have now. */
    SortedMap<String, Running> running(String run);

    /** Notes how far the work under each lease is that is this worker's and current. */
    void progress(String worker, Map<Lease, String> said);

    /**
     * A task that goes to a worker as it is put in.
     *
     * @param worker null when it is only put in
     */
    record Gift(QueuedTask queued, @Nullable String worker) {}

    /**
     * What a lease that ended was of.
     *
     * @param receipt what the outside system had answered to its work; null when nothing was handed
     *     in
     */
    record Ended(Task task, QueueClass queue, @Nullable String receipt) {}

    /**
     * A task that was cancelled while a worker had it, which has not said that it has stopped.
     *
     * @param until when its lease would have run out: the worker stops by then
     */
    record AtWork(Task task, Instant until) {}

    /** How a lease ends. */
    enum End {
        DONE,
        LOST
    }

    /**
     * A task in a worker's hands.
     *
     * @param progress what the worker said last; null when it said nothing
     */
    record Running(Instant since, @Nullable String progress) {}

    /** How many tasks wait and how many are leased. */
    record Depth(int waiting, int leased) {}
}
