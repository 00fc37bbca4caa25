package dev.kintsugi.server.simulation;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.queue.Completion;
import dev.kintsugi.server.queue.TaskOutcome;
import dev.kintsugi.server.queue.TaskQueue;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold of leases, seen from outside the queue: only the newest lease of a task is
 * honoured, each ends once, and none that was renewed in time is taken back.
 */
final class Leases {
    private final SimulatedTime time;
    private final Invariants invariants;
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, Instant> renewed = new HashMap<>();
    private final Set<Lease> completed = new HashSet<>();

    Leases(SimulatedTime time, Invariants invariants) {
        this.time = time;
        this.invariants = invariants;
    }

    /** The server handed a task out. */
    void granted(Lease lease) {
        var before = newest.put(lease.key(), lease.token());
        renewed.put(lease.key(), time.instant());
        invariants.check(
                before == null || before < lease.token(),
                "%s was leased with token %d after %d"
                        .formatted(lease.key(), lease.token(), before));
    }

    /** The server said that the lease goes on. */
    void renewed(Lease lease) {
        current(lease, "renewed");
        renewed.put(lease.key(), time.instant());
    }

    /** The server took the result. */
    void completed(Lease lease) {
        current(lease, "completed");
        invariants.check(completed.add(lease), "%s was completed twice".formatted(lease));
    }

    private void current(Lease lease, String what) {
        invariants.check(
                newest.getOrDefault(lease.key(), -1L) == lease.token(),
                "%s was %s under token %d although token %d was given out after it"
                        .formatted(lease.key(), what, lease.token(), newest.get(lease.key())));
    }

    /** A server's ends of tasks on their way to the runs. */
    TaskOutcome watching(TaskOutcome runs) {
        return new TaskOutcome() {
            @Override
            public void started(Task task, String worker) {
                runs.started(task, worker);
            }

            @Override
            public List<LeasedTask> completed(Completion completion) {
                return runs.completed(completion);
            }

            @Override
            public void lost(Task task, boolean started, String reason) {
                takenBack(task.key(), reason);
                runs.lost(task, started, reason);
            }
        };
    }

    private void takenBack(String key, String reason) {
        invariants.reached(Reached.REDISPATCH);
        var last = renewed.get(key);
        invariants.check(
                last == null
                        || !reason.contains("ran out")
                        || !time.instant().isBefore(last.plus(TaskQueue.LEASE)),
                "the lease of %s was taken back although it was renewed in time".formatted(key));
    }
}
