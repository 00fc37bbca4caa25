package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.server.run.RunListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
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
    private final List<String> broken = new ArrayList<>();
    private final EnumSet<Reached> reached = EnumSet.noneOf(Reached.class);
    private long events;

    /**
     * @param attemptLimit repair attempts that a run may use
     */
    Invariants(SimulatedTime time, int attemptLimit) {
        this.time = time;
        this.attemptLimit = attemptLimit;
    }

    @Override
    public void happened(String tenant, String run, RunEvent event) {
        events++;
        switch (event) {
            case StepSucceeded done -> once(run, done.step(), done.attempt());
            case StepFailed failed -> once(run, failed.step(), failed.attempt());
            case RunEvent.RecheckEnded ended ->
                    reached(
                            ended.failure() == null
                                    ? Reached.PATCH_RECHECKED
                                    : Reached.PATCH_REJECTED_BY_RECHECK);
            case RunEvent.UndoEnded undo -> reachedIf(undo.failure() != null, Reached.UNDO_FAILED);
            case RunEvent.BreakerAnswered answer ->
                    reachedIf(!answer.permitted(), Reached.RETRY_NOT_PERMITTED);
            case RunEvent.TaskLost lost -> reachedIf(!lost.started(), Reached.NEVER_BEGUN);
            case RunEvent.EffectAnswered _ -> reached(Reached.EFFECT_ANSWERED);
            case RunEvent.CancelRequested _ -> reached(Reached.CANCEL_ASKED);
            case RunEvent.ApprovalAnswered answer ->
                    reached(answer.approved() ? Reached.APPROVAL_GRANTED : Reached.APPROVAL_DENIED);
            case RunEvent.TimerFired timer ->
                    reachedIf(timer.timer().equals("approval"), Reached.APPROVAL_EXPIRED);
            case RunEvent.Faulted fault -> check(false, "%s: %s".formatted(run, fault.reason()));
            case RunEvent.RunAccepted _,
                    RunEvent.WorkspaceReady _,
                    RunEvent.WorkspaceFailed _,
                    RunEvent.PatchProposed _,
                    RunEvent.PatchNotFound _,
                    RunEvent.Delivered _,
                    RunEvent.DeliveryFailed _,
                    RunEvent.BudgetAnswered _,
                    RunEvent.Promoted _ -> {}
        }
    }

    private void once(String run, String step, int attempt) {
        var key = run + ":" + step + ":" + attempt;
        check(ended.add(key), "attempt %s ended twice".formatted(key));
    }

    @Override
    public void repairEnded(String tenant, Phase phase, boolean verified, Duration took) {
        if (!verified) {
            reached(Reached.REPAIR_FAILED);
            return;
        }
        switch (phase) {
            case RETRY -> reached(Reached.RETRY_VERIFIED);
            case PATCH -> reached(Reached.PATCH_VERIFIED);
            case REPLAN -> reached(Reached.REPLAN_VERIFIED);
            case ROLLBACK -> {}
        }
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
        check(
                before == null || before.seq() < view.seq(),
                "run %s went from event %d back to %d"
                        .formatted(view.run(), before == null ? 0 : before.seq(), view.seq()));
        if (view.reason() != null && view.reason().contains("budget")) {
            reached(Reached.BUDGET_EXHAUSTED);
        }
        switch (view.status()) {
            case SUCCEEDED -> reached(Reached.SUCCEEDED);
            case FAILED -> reached(Reached.FAILED);
            case ROLLED_BACK -> reached(Reached.ROLLED_BACK);
            case CANCELLED -> reached(Reached.CANCELLED);
            case QUEUED, RUNNING, REPAIRING, WAITING, ROLLING_BACK -> {}
        }
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

    private void reachedIf(boolean holds, Reached what) {
        if (holds) {
            reached(what);
        }
    }

    void reached(Reached what) {
        reached.add(what);
    }

    Set<Reached> reached() {
        return EnumSet.copyOf(reached);
    }

    List<String> broken() {
        return List.copyOf(broken);
    }

    long events() {
        return events;
    }
}
