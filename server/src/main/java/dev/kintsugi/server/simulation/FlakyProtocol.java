package dev.kintsugi.server.simulation;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The way between a worker and the servers that are up: calls get lost, are doubled, and arrive
 * late, after others that were made later.
 */
final class FlakyProtocol implements WorkerProtocol {
    private static final Duration LATEST = Duration.ofSeconds(90);

    private final Supplier<WorkerProtocol> server;
    private final Faults faults;
    private final SimulatedTime time;
    private final Invariants invariants;
    private Runnable stop = () -> {};

    /**
     * @param server one that is up; throws {@link Faults.Struck} when none is
     */
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

    /** Gives the worker's stop, which may come while it waits for an answer. */
    void stopping(Runnable worker) {
        stop = worker;
    }

    private <T> T call(Function<WorkerProtocol, T> call) {
        if (faults.strikes(faults.lostRequest())) {
            invariants.reached(Reached.LOST_REQUEST);
            throw new Faults.Struck("the request was lost");
        }
        if (faults.strikes(faults.late())) {
            invariants.reached(Reached.LATE_CALL);
            later(call);
            throw new Faults.Struck("there was no answer in time");
        }
        var result = answered(call);
        if (faults.strikes(faults.doubled())) {
            invariants.reached(Reached.DOUBLED_CALL);
            later(call);
        }
        if (faults.strikes(faults.lostReply())) {
            invariants.reached(Reached.LOST_REPLY);
            throw new Faults.Struck("the reply was lost");
        }
        return result;
    }

    /** Nobody hears the answer. */
    private <T> void later(Function<WorkerProtocol, T> call) {
        time.after(
                faults.upTo(LATEST),
                () -> {
                    try {
                        var _ = answered(call);
                    } catch (StaleLeaseException | Faults.Struck _) {
                        // whoever made the call is not waiting any more
                    }
                });
    }

    private <T> T answered(Function<WorkerProtocol, T> call) {
        try {
            return call.apply(server.get());
        } catch (StaleLeaseException | Faults.Struck e) {
            throw e;
        } catch (RuntimeException e) {
            invariants.check(false, "a worker's call failed: " + e);
            throw e;
        }
    }

    @Override
    public List<LeasedTask> lease(LeaseRequest request) {
        var given = call(to -> to.lease(request));
        if (!given.isEmpty() && faults.strikes(faults.stop())) {
            stop.run();
        }
        return given;
    }

    @Override
    public List<LostLease> heartbeat(String worker, List<Lease> held) {
        return call(to -> to.heartbeat(worker, held));
    }

    @Override
    public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
        return call(to -> {
            try {
                return to.complete(lease, result, next);
            } catch (StaleLeaseException e) {
                invariants.reached(Reached.STALE_COMPLETION);
                throw e;
            }
        });
    }

    @Override
    public void release(String worker, Lease lease, boolean started, String reason) {
        var _ =
                call(to -> {
                    to.release(worker, lease, started, reason);
                    return lease;
                });
    }

    @Override
    public void leave(String worker) {
        server.get().leave(worker);
    }

    @Override
    public void progress(String worker, Lease lease, String text) {
        server.get().progress(worker, lease, text);
    }

    @Override
    public void receipt(Lease lease, String receipt) {
        var _ =
                call(to -> {
                    to.receipt(lease, receipt);
                    return lease;
                });
    }

    @Override
    public void log(Lease lease, long offset, byte[] bytes) {
        server.get().log(lease, offset, bytes);
    }
}
