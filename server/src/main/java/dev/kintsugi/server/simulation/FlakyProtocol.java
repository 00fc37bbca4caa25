package dev.kintsugi.server.simulation;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import dev.kintsugi.server.simulation.SimulatedServer.World;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The way between a worker and the servers that are up: it is cut at times; calls get lost, are
 * doubled, and arrive late, after others that were made later.
 */
final class FlakyProtocol implements WorkerProtocol {
    private static final Duration LATEST = Duration.ofSeconds(90);

    private final int worker;
    private final Supplier<SimulatedServer> server;
    private final Network network;
    private final Faults faults;
    private final SimulatedTime time;
    private final Invariants invariants;
    private Runnable stop = () -> {};

    /**
     * @param worker its number
     * @param server one that is up; throws {@link Faults.Struck} when none is
     */
    FlakyProtocol(int worker, Supplier<SimulatedServer> server, World world) {
        this.worker = worker;
        this.server = server;
        network = world.network();
        faults = world.faults();
        time = world.time();
        invariants = world.invariants();
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
        var to = reached();
        try {
            var result = call.apply(to.queue());
            if (!network.leadsBack(worker, to.number())) {
                invariants.reached(Reached.CUT_AFTER_THE_EFFECT);
                throw new Faults.Struck("the answer cannot come back");
            }
            return result;
        } catch (StaleLeaseException | Faults.Struck e) {
            throw e;
        } catch (RuntimeException e) {
            invariants.check(false, "a worker's call failed: " + e);
            throw e;
        }
    }

    /** A server, if the way to it is open. */
    private SimulatedServer reached() {
        var to = server.get();
        if (!network.leadsThere(worker, to.number())) {
            invariants.reached(Reached.CUT_BEFORE_THE_EFFECT);
            throw new Faults.Struck("the server cannot be reached");
        }
        return to;
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
    public List<LostLease> heartbeat(String id, List<Lease> held) {
        return call(to -> to.heartbeat(id, held));
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
    public void release(String id, Lease lease, boolean started, String reason) {
        var _ =
                call(to -> {
                    to.release(id, lease, started, reason);
                    return lease;
                });
    }

    @Override
    public void leave(String id) {
        reached().queue().leave(id);
    }

    @Override
    public void progress(String id, Lease lease, String text) {
        reached().queue().progress(id, lease, text);
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
        reached().queue().log(lease, offset, bytes);
    }
}
