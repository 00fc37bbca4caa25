package dev.kintsugi.benchmarks;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Stands between a worker and its server and takes the times of one run after the other, whose
 * steps follow one another: from a completion that is handed in to the lease that is handed out.
 */
final class Stopwatch implements WorkerProtocol {
    private final WorkerProtocol server;
    private final LongSupplier nanoTime;
    private final List<Long> first = new ArrayList<>();
    private final List<Long> betweenSteps = new ArrayList<>();
    private CountDownLatch open = new CountDownLatch(0);
    private long since;
    private boolean fresh;

    Stopwatch(WorkerProtocol server, LongSupplier nanoTime) {
        this.server = server;
        this.nanoTime = nanoTime;
    }

    /** The next run is handed in now. */
    synchronized void begin(int steps) {
        open = new CountDownLatch(steps);
        fresh = true;
        since = nanoTime.getAsLong();
    }

    /** Whether all steps of the run were completed in time. */
    boolean await(Duration limit) throws InterruptedException {
        return open().await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized CountDownLatch open() {
        return open;
    }

    /** What was measured so far was to warm up. */
    synchronized void forget() {
        first.clear();
        betweenSteps.clear();
    }

    /** From handing a run in to the lease of its first step, in nanoseconds. */
    synchronized List<Long> first() {
        return List.copyOf(first);
    }

    /** From a completion to the lease of the next step, in nanoseconds. */
    synchronized List<Long> betweenSteps() {
        return List.copyOf(betweenSteps);
    }

    @Override
    public List<LeasedTask> lease(LeaseRequest request) {
        return taken(server.lease(request));
    }

    @Override
    public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
        completed();
        var given = taken(server.complete(lease, result, next));
        open().countDown();
        return given;
    }

    private synchronized void completed() {
        since = nanoTime.getAsLong();
    }

    private synchronized List<LeasedTask> taken(List<LeasedTask> tasks) {
        long now = nanoTime.getAsLong();
        for (var _ : tasks) {
            (fresh ? first : betweenSteps).add(now - since);
            fresh = false;
        }
        return tasks;
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
