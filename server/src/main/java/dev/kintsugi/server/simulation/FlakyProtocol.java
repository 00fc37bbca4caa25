package dev.kintsugi.server.simulation;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import java.util.List;
import java.util.function.Supplier;

/**
 * The way between a worker and whichever server is up: calls get lost, are doubled, or take long.
 */
final class FlakyProtocol implements WorkerProtocol {
    private final Supplier<WorkerProtocol> server;
    private final Faults faults;
    private final SimulatedTime time;
    private final Invariants invariants;
    private final Leases leases;
    private Runnable stop = () -> {};

    FlakyProtocol(
            Supplier<WorkerProtocol> server,
            Faults faults,
            SimulatedTime time,
            Invariants invariants,
            Leases leases) {
        this.server = server;
        this.faults = faults;
        this.time = time;
        this.invariants = invariants;
        this.leases = leases;
    }

    /** Gives the worker's stop, which may come while it waits for an answer. */
    void stopping(Runnable worker) {
        stop = worker;
    }

    private <T> T call(Supplier<T> call) {
        if (faults.strikes(faults.jump())) {
            invariants.reached(Reached.CLOCK_JUMP);
            time.jump(faults.jumpLength());
        }
        if (faults.strikes(faults.lostRequest())) {
            invariants.reached(Reached.LOST_REQUEST);
            throw new Faults.Struck("the request was lost");
        }
        var result = call.get();
        if (faults.strikes(faults.doubled())) {
            invariants.reached(Reached.DOUBLED_CALL);
            again(call);
        }
        if (faults.strikes(faults.lostReply())) {
            invariants.reached(Reached.LOST_REPLY);
            throw new Faults.Struck("the reply was lost");
        }
        return result;
    }

    private static <T> void again(Supplier<T> call) {
        try {
            var _ = call.get();
        } catch (StaleLeaseException | Faults.Struck _) {
            // the second of two: nobody hears its answer
        }
    }

    @Override
    public List<LeasedTask> lease(LeaseRequest request) {
        var given =
                call(() -> {
                    var leased = server.get().lease(request);
                    leased.forEach(task -> leases.granted(task.lease()));
                    return leased;
                });
        if (!given.isEmpty() && faults.strikes(faults.stop())) {
            stop.run();
        }
        return given;
    }

    @Override
    public List<LostLease> heartbeat(String worker, List<Lease> held) {
        return call(() -> {
            var lost = server.get().heartbeat(worker, held);
            var gone = lost.stream().map(LostLease::lease).toList();
            held.stream().filter(lease -> !gone.contains(lease)).forEach(leases::renewed);
            return lost;
        });
    }

    @Override
    public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
        return call(() -> {
            try {
                var given = server.get().complete(lease, result, next);
                leases.completed(lease);
                given.forEach(task -> leases.granted(task.lease()));
                return given;
            } catch (StaleLeaseException e) {
                invariants.reached(Reached.STALE_COMPLETION);
                throw e;
            }
        });
    }

    @Override
    public void release(String worker, Lease lease, boolean started, String reason) {
        var _ =
                call(() -> {
                    server.get().release(worker, lease, started, reason);
                    return lease;
                });
    }

    @Override
    public void log(Lease lease, long offset, byte[] bytes) {
        server.get().log(lease, offset, bytes);
    }
}
