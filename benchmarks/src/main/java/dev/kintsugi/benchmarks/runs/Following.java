package dev.kintsugi.benchmarks.runs;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Stands between a worker and its server and follows each run. A run's end is when the completion
 * of its last step is committed. A task is ready when its run is handed in or the step that it
 * needs has returned; it is started when its agent is called.
 */
final class Following implements WorkerProtocol {
    private final WorkerProtocol server;
    private final LongSupplier nanoTime;
    private final Map<String, CompletableFuture<Void>> ends = new ConcurrentHashMap<>();
    private final Map<String, Long> firstStarted = new ConcurrentHashMap<>();
    private final Map<String, Long> ready = new ConcurrentHashMap<>();
    private final List<Long> waits = new ArrayList<>();
    private final List<Integer> crowds = new ArrayList<>();
    private int running;
    private long from;
    private long until;

    Following(WorkerProtocol server, LongSupplier nanoTime) {
        this.server = server;
        this.nanoTime = nanoTime;
    }

    /** From when to when waits are kept, as the clock has it. */
    synchronized void measure(long begin, long end) {
        from = begin;
        until = end;
        waits.clear();
        crowds.clear();
    }

    /** From ready to started, in nanoseconds. */
    synchronized List<Long> waits() {
        return List.copyOf(waits);
    }

    /** How many tasks ran, at each start of one. */
    synchronized List<Integer> crowds() {
        return List.copyOf(crowds);
    }

    /** Waits until the run, which was handed in then, has ended. */
    void await(String run, long handedIn) {
        end(run).join();
        ends.remove(run);
        started(handedIn, requireNonNull(firstStarted.remove(run)));
    }

    private CompletableFuture<Void> end(String run) {
        return ends.computeIfAbsent(run, _ -> new CompletableFuture<>());
    }

    void begun(Task task) {
        long now = nanoTime.getAsLong();
        count(1);
        if (task.step().equals(Chain.FIRST)) {
            firstStarted.put(task.run(), now);
        } else {
            started(requireNonNull(ready.remove(task.run())), now);
        }
    }

    void done(Task task) {
        count(-1);
        if (!task.step().equals(Chain.LAST)) {
            ready.put(task.run(), nanoTime.getAsLong());
        }
    }

    private synchronized void count(int change) {
        running += change;
    }

    private synchronized void started(long readyAt, long startedAt) {
        if (startedAt >= from && startedAt < until) {
            waits.add(startedAt - readyAt);
            crowds.add(running);
        }
    }

    @Override
    public List<LeasedTask> lease(LeaseRequest request) {
        return server.lease(request);
    }

    @Override
    public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
        var given = server.complete(lease, result, next);
        var parts = lease.key().split(":");
        if (parts[1].equals(Chain.LAST)) {
            end(parts[0]).complete(null);
        }
        return given;
    }

    @Override
    public List<LostLease> heartbeat(String worker, List<Lease> leases) {
        return server.heartbeat(worker, leases);
    }

    @Override
    public void release(String worker, Lease lease, boolean started, String reason) {
        server.release(worker, lease, started, reason);
    }

    @Override
    public void leave(String worker) {
        server.leave(worker);
    }

    @Override
    public void progress(String worker, Lease lease, String text) {
        server.progress(worker, lease, text);
    }

    @Override
    public void receipt(Lease lease, String receipt) {
        server.receipt(lease, receipt);
    }

    @Override
    public void log(Lease lease, long offset, byte[] bytes) {
        server.log(lease, offset, bytes);
    }
}
