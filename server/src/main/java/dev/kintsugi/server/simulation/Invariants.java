package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.run.RunListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold after every event, whatever went wrong. Broken ones are gathered, not thrown into
 * the engine.
 */
final class Invariants implements RunListener {
    private final SimulatedTime time;
    private final int attemptLimit;
    private final Set<String> ended = new HashSet<>();
    private final Map<String, RunView> views = new HashMap<>();
    private final Map<String, Instant> renewed = new HashMap<>();
    private final List<String> broken = new ArrayList<>();
    private long events;

    /**
     * @param attemptLimit repair attempts that a run may use
     */
    Invariants(SimulatedTime time, int attemptLimit) {
        this.time = time;
        this.attemptLimit = attemptLimit;
    }

    /** A worker took or renewed a lease. */
    void leased(Lease lease) {
        renewed.put(lease.key(), time.instant());
    }

    /** A worker gave a lease back. */
    void released(Lease lease) {
        renewed.remove(lease.key());
    }

    @Override
    public void happened(String tenant, String run, RunEvent event) {
        events++;
        switch (event) {
            case StepSucceeded done -> once(run, done.step(), done.attempt());
            case StepFailed failed -> once(run, failed.step(), failed.attempt());
            case TaskLost lost when lost.kind() == TaskKind.STEP -> outlived(run, lost);
            default -> {}
        }
    }

    private void once(String run, String step, int attempt) {
        var key = run + ":" + step + ":" + attempt;
        check(ended.add(key), "attempt %s ended twice".formatted(key));
    }

    private void outlived(String run, TaskLost lost) {
        var key = run + ":" + lost.step() + ":" + lost.attempt();
        var last = renewed.remove(key);
        check(
                last == null
                        || !lost.reason().contains("ran out")
                        || !time.instant().isBefore(last.plus(TaskQueue.LEASE)),
                "the lease of %s was taken back although it was renewed in time".formatted(key));
    }

    @Override
    public void turned(String tenant, RunView view) {
        var before = views.put(view.run(), view);
        check(
                view.attempts() <= attemptLimit,
                "run %s used %d repair attempts".formatted(view.run(), view.attempts()));
        check(
                before == null || !before.status().isFinal() || before.status() == view.status(),
                "run %s came back to life".formatted(view.run()));
    }

    RunStatus status(String run) {
        var view = views.get(run);
        return view == null ? RunStatus.QUEUED : view.status();
    }

    RunView view(String run) {
        var view = views.get(run);
        if (view == null) {
            throw new IllegalStateException("nothing is known of run " + run);
        }
        return view;
    }

    void check(boolean holds, String otherwise) {
        if (!holds) {
            broken.add(time.elapsed() + ": " + otherwise);
        }
    }

    List<String> broken() {
        return List.copyOf(broken);
    }

    long events() {
        return events;
    }
}
