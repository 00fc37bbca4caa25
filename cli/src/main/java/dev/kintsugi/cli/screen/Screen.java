package dev.kintsugi.cli.screen;

import dev.kintsugi.client.api.StreamItem;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.run.RunView.StepStatus;
import dev.kintsugi.healing.Failure;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Everything that is shown of a run: the fold of its timeline over how it looked at first. Values
 * that no entry holds (phases counted, money, time, status) come with the view, which is asked for
 * again when the timeline says that they changed.
 *
 * @param view the run as the server showed it last
 * @param steps in plan order
 * @param index where in {@code steps} a step is
 * @param repairs in the order in which things broke
 * @param costNanoUsd money that the entries seen so far report
 * @param branch where mended work is; null before it is delivered
 * @param seq of the last entry seen
 * @param since when the run was taken up
 */
public record Screen(
        RunView view,
        PVector<StepLine> steps,
        PMap<String, Integer> index,
        PVector<Repair> repairs,
        long costNanoUsd,
        @Nullable String branch,
        long seq,
        Instant since) {

    /** The run before any entry of its timeline. */
    public static Screen of(RunView view) {
        PVector<StepLine> steps = TreePVector.empty();
        PMap<String, Integer> index = HashTreePMap.empty();
        for (var step : view.steps()) {
            index = index.plus(step.step(), steps.size());
            steps = steps.plus(new StepLine(step.step(), StepStatus.PENDING, 0, null, null, 0));
        }
        var since = view.createdAt();
        return new Screen(view, steps, index, TreePVector.empty(), 0, null, 0, since);
    }

    /** The same with what the server says now; older news than the screen's own are dropped. */
    public Screen refreshed(RunView now) {
        var current = now.seq() < view.seq() ? view : now;
        var delivered = current.branch() == null ? branch : current.branch();
        return new Screen(current, steps, index, repairs, costNanoUsd, delivered, seq, since);
    }

    public RunStatus status() {
        return view.status();
    }

    /** The screen after the next entry. */
    public Screen after(TimelineEntry entry) {
        if (entry.seq() <= seq) {
            return this;
        }
        var next = happened(entry.event());
        for (var note : entry.notes()) {
            next = next.noted(note);
        }
        return new Screen(
                next.view,
                next.steps,
                next.index,
                next.repairs,
                next.costNanoUsd,
                next.branch,
                entry.seq(),
                since);
    }

    /** The screen after news that the timeline does not keep. */
    public Screen after(StreamItem.Progress progress) {
        if (!progress.status().equals("running")) {
            return this;
        }
        return step(
                progress.step(), line -> line.attempt(progress.attempt()).is(StepStatus.RUNNING));
    }

    /** The screen after an entry that cannot be shown. */
    public Screen after(StreamItem.Unknown entry) {
        return new Screen(
                view,
                steps,
                index,
                repairs,
                costNanoUsd,
                branch,
                Math.max(seq, entry.seq()),
                since);
    }

    private Screen happened(RunEvent event) {
        return switch (event) {
            case RunEvent.StepSucceeded e ->
                    spent(e.usage().costNanoUsd())
                            .step(
                                    e.step(),
                                    line ->
                                            line.attempt(e.attempt())
                                                    .took(e.usage().durationMillis())
                                                    .in(null)
                                                    .is(StepStatus.SUCCEEDED));
            case RunEvent.StepFailed e ->
                    spent(e.usage().costNanoUsd())
                            .step(
                                    e.step(),
                                    line ->
                                            line.attempt(e.attempt())
                                                    .took(e.usage().durationMillis())
                                                    .failed(e.failure().message()));
            case RunEvent.TaskLost e -> step(e.step(), line -> line.is(StepStatus.QUEUED));
            case RunEvent.WaitBegun e -> step(e.step(), line -> line.is(StepStatus.WAITING));
            case RunEvent.WaitEnded e -> waited(e.step(), e.failure());
            case RunEvent.PatchProposed e -> tries(e.step(), Phase.PATCH, e.patch().title());
            case RunEvent.UndoEnded e -> undone(e.step(), e.failure());
            case RunEvent.Delivered e -> delivered(e.branch());
            case RunEvent.RunAccepted _,
                    RunEvent.WorkspaceReady _,
                    RunEvent.WorkspaceFailed _,
                    RunEvent.PatchNotFound _,
                    RunEvent.RecheckEnded _,
                    RunEvent.DeliveryFailed _,
                    RunEvent.TimerFired _,
                    RunEvent.BudgetAnswered _,
                    RunEvent.BreakerAnswered _,
                    RunEvent.CancelRequested _,
                    RunEvent.ApprovalAnswered _,
                    RunEvent.BegunAnswered _,
                    RunEvent.ConditionAnswered _,
                    RunEvent.LateCost _,
                    RunEvent.EffectAnswered _,
                    RunEvent.EffectReconciled _,
                    RunEvent.Faulted _,
                    RunEvent.Promoted _ ->
                    this;
        };
    }

    private Screen waited(String step, @Nullable Failure failure) {
        return failure == null
                ? step(step, line -> line.is(StepStatus.QUEUED))
                : step(step, line -> line.failed(failure.message()));
    }

    private Screen undone(String step, @Nullable Failure failure) {
        return failure == null
                ? step(step, line -> line.is(StepStatus.UNDONE))
                : step(step, line -> line.failed(failure.message()));
    }

    private Screen noted(Note note) {
        var step = note.step();
        if (step == null) {
            return this;
        }
        return switch (note.kind()) {
            case STEP_QUEUED ->
                    step(step, line -> line.attempt(note.attempt()).is(StepStatus.QUEUED));
            case REPAIR_OPENED -> step(step, line -> line.is(StepStatus.REPAIRING)).opened(step);
            case PHASE_ENTERED ->
                    step(step, line -> line.in(note.phase()).is(StepStatus.REPAIRING))
                            .tries(step, note.phase(), note.text());
            case PATCH_TRIED, REPLANNED -> tries(step, note.phase(), note.text());
            case REPAIR_VERIFIED -> step(step, line -> line.in(null)).ends(step, true);
            case REPAIR_FAILED -> step(step, line -> line.in(null)).ends(step, false);
            case EFFECT_ASKED -> step(step, line -> line.is(StepStatus.UNKNOWN));
            case EFFECT_SETTLED -> step(step, line -> line.in(null).is(StepStatus.SUCCEEDED));
            case STATUS_CHANGED,
                    PATCH_REFUSED,
                    PATCH_ACCEPTED,
                    PATCH_REJECTED,
                    APPROVAL_NEEDED,
                    UNDO_QUEUED,
                    BUDGET_EXHAUSTED,
                    SLO_BREACHED,
                    EFFECT_INTENDED,
                    REMARK ->
                    this;
        };
    }

    private Screen step(String step, UnaryOperator<StepLine> change) {
        var at = index.get(step);
        if (at == null) {
            return this;
        }
        return with(steps.with(at, change.apply(steps.get(at))), repairs);
    }

    private Screen opened(String step) {
        var at = index.get(step);
        var failure = at == null ? null : steps.get(at).failure();
        var repair =
                new Repair(
                        step,
                        failure == null ? "failed" : failure,
                        null,
                        null,
                        Repair.Outcome.OPEN);
        return openRepair(step) >= 0 ? this : with(steps, repairs.plus(repair));
    }

    private Screen tries(String step, @Nullable Phase phase, String means) {
        int at = openRepair(step);
        return at < 0 ? this : with(steps, repairs.with(at, repairs.get(at).tries(phase, means)));
    }

    private Screen ends(String step, boolean healed) {
        int at = openRepair(step);
        var outcome = healed ? Repair.Outcome.HEALED : Repair.Outcome.FAILED;
        return at < 0 ? this : with(steps, repairs.with(at, repairs.get(at).ends(outcome)));
    }

    private int openRepair(String step) {
        for (int at = repairs.size() - 1; at >= 0; at--) {
            var repair = repairs.get(at);
            if (repair.step().equals(step) && repair.outcome() == Repair.Outcome.OPEN) {
                return at;
            }
        }
        return -1;
    }

    private Screen with(PVector<StepLine> newSteps, PVector<Repair> newRepairs) {
        return new Screen(view, newSteps, index, newRepairs, costNanoUsd, branch, seq, since);
    }

    private Screen spent(long nanoUsd) {
        return new Screen(view, steps, index, repairs, costNanoUsd + nanoUsd, branch, seq, since);
    }

    private Screen delivered(String to) {
        return new Screen(view, steps, index, repairs, costNanoUsd, to, seq, since);
    }
}
