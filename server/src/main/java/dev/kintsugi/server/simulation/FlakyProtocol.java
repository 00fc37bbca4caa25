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

    FlakyProtocol(
            Supplier<WorkerProtocol> server,
            Faults faults,
            SimulatedTime time,
            Invariants invariants) {
        this.server = server;
        this.faults = faults;
        this.time = time;
        this.invariants = invariants;
    }

    private <T> T call(Supplier<T> call) {
        if (faults.strikes(faults.jump())) {
            time.jump(faults.jumpLength());
        }
        if (faults.strikes(faults.lostRequest())) {
            throw new Faults.Struck("the request was lost");
        }
        var result = call.get();
        if (faults.strikes(faults.doubled())) {
            again(call);
        }
        if (faults.strikes(faults.lostReply())) {
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
        return call(() -> {
            var leased = server.get().lease(request);
            leased.forEach(task -> invariants.leased(task.lease()));
            return leased;
        });
    }

    @Override
    public List<LostLease> heartbeat(String worker, List<Lease> leases) {
        return call(() -> {
            var lost = server.get().heartbeat(worker, leases);
            var gone = lost.stream().map(LostLease::lease).toList();
            leases.stream().filter(lease -> !gone.contains(lease)).forEach(invariants::leased);
            return lost;
        });
    }

    @Override
    public List<LeasedTask> complete(String worker, Lease lease, TaskResult result, int wanted) {
        return call(() -> server.get().complete(worker, lease, result, wanted));
    }

    @Override
    public void release(String worker, Lease lease, String reason) {
        var _ =
                call(() -> {
                    invariants.released(lease);
                    server.get().release(worker, lease, reason);
                    return lease;
                });
    }

    @Override
    public void log(Lease lease, long offset, byte[] bytes) {
        server.get().log(lease, offset, bytes);
    }
}
