package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.run.RunView.Phases;
import dev.kintsugi.client.run.RunView.StepStatus;
import dev.kintsugi.client.run.RunView.StepView;
import dev.kintsugi.server.queue.TaskStore.Running;
import dev.kintsugi.server.run.machine.Course;
import dev.kintsugi.server.run.machine.RunMachine;
import dev.kintsugi.server.run.machine.RunState;
import dev.kintsugi.server.run.machine.StepState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What clients see of a run, from its state. */
final class RunViews {
    private RunViews() {}

    /** A run as it is before its first event. */
    static RunStore.NewRun fresh(RunRow row, String plan) {
        var view =
                new RunView(
                        row.run(),
                        row.name(),
                        RunStatus.QUEUED,
                        null,
                        null,
                        Ladder.V4,
                        Phases.NONE,
                        0,
                        0,
                        "0.00",
                        null,
                        null,
                        row.createdAt(),
                        null,
                        0,
                        List.of(),
                        null,
                        row.parent());
        return new RunStore.NewRun(row, plan, Json.mapper().writeValueAsString(view));
    }

    /** Without steps, as lists show it. */
    static RunView summary(RunRow row, RunMachine machine, RunState state, long seq, Instant now) {
        return view(row, machine, state, seq, now, List.of());
    }

    /**
     * What holds now and is not in the run's state.
     *
     * @param running the steps that a worker has, by their ids
     * @param waits what steps wait for, in words, by their ids
     */
    record Now(Instant at, Map<String, Running> running, Map<String, String> waits) {}

    static RunView whole(RunRow row, Course course, RunMachine machine, RunState state, Now now) {
        var steps = new ArrayList<StepView>();
        for (var step : course.plan().steps()) {
            var known = machine.step(state, course.position(step.id()));
            var failure = known.failure();
            var held = now.running().get(step.id());
            steps.add(
                    new StepView(
                            step.id(),
                            machine.isWaiting(state, course.position(step.id()))
                                    ? StepStatus.WAITING
                                    : status(state, known, held != null),
                            known.attempt(),
                            failure == null ? null : failure.message(),
                            held == null ? null : held.progress(),
                            known.once().receipt(),
                            now.waits().get(step.id())));
        }
        return view(row, machine, state, row.seq(), now.at(), steps);
    }

    private static StepStatus status(RunState state, StepState step, boolean running) {
        return switch (step.status()) {
            case PENDING -> state.status().isFinal() ? StepStatus.SKIPPED : StepStatus.PENDING;
            case IN_FLIGHT ->
                    state.status().isFinal()
                            ? StepStatus.SKIPPED
                            : running ? StepStatus.RUNNING : StepStatus.QUEUED;
            case BROKEN -> state.status().isFinal() ? StepStatus.FAILED : StepStatus.REPAIRING;
            case EFFECT_UNKNOWN -> StepStatus.UNKNOWN;
            case SUCCEEDED -> StepStatus.SUCCEEDED;
            case SKIPPED -> StepStatus.SKIPPED;
            case FAILED -> StepStatus.FAILED;
            case UNDONE -> StepStatus.UNDONE;
        };
    }

    private static RunView view(
            RunRow row,
            RunMachine machine,
            RunState state,
            long seq,
            Instant now,
            List<StepView> steps) {
        return new RunView(
                row.run(),
                row.name(),
                state.status(),
                state.waitingFor(),
                machine.reason(state),
                state.ladder(),
                state.phases(),
                state.attempts(),
                machine.workingMillis(state, now),
                usd(state.costNanoUsd()),
                state.branch(),
                machine.question(state),
                row.createdAt(),
                finishedAt(row, state, now),
                seq,
                steps,
                null,
                row.parent());
    }

    private static @Nullable Instant finishedAt(RunRow row, RunState state, Instant now) {
        return row.finishedAt() != null ? row.finishedAt() : state.status().isFinal() ? now : null;
    }

    static String usd(long nanoUsd) {
        var dollars = BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
        return (dollars.scale() < 2 ? dollars.setScale(2) : dollars).toPlainString();
    }
}
