package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent.Origin;
import dev.kintsugi.client.event.RunEvent.TakenPatch;
import dev.kintsugi.client.event.RunEvent.TakenStep;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanGraph;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.run.machine.StepState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds out what a new run can take over from an ended one. */
final class Forks {
    private final String run;
    private final Folded ended;
    private final List<Step> steps;
    private final Map<String, String> keys = new TreeMap<>();

    /**
     * @param before what the ended run took over itself; null for nothing
     */
    Forks(String run, Folded ended, @Nullable Origin before) {
        this.run = run;
        this.ended = ended;
        this.steps = ended.course().plan().steps();
        if (before != null) {
            before.steps().forEach(step -> keys.put(step.step(), step.effectKey()));
        }
    }

    /**
     * What the new run takes over: what succeeded and follows nothing that is done anew. A step
     * that must not be done twice and took effect is taken over wherever it stands.
     */
    Origin origin(Fork fork, Plan plan) {
        if (!ended.state().status().isFinal()) {
            throw new ConflictException(
                    "Run %s goes on: cancel it, or wait for its end.".formatted(run));
        }
        if (fork.from() == null && ended.state().status() == RunStatus.SUCCEEDED) {
            throw new ConflictException(
                    "Run %s succeeded: say from which step to do it again.".formatted(run));
        }
        var anew = anew(fork);
        var taken = new ArrayList<TakenStep>();
        for (var position = 0; position < steps.size(); position++) {
            if (!anew.get(position)) {
                refuseChanged(position, plan);
            }
        }
        for (var position : order()) {
            if (!anew.get(position)) {
                taken.add(taken(position));
            }
        }
        return new Origin(run, ended.state().base(), taken, patches());
    }

    /** In an order in which each comes after what it needs. */
    private List<Integer> order() {
        var order = new ArrayList<Integer>();
        PlanGraph.of(steps).layers().forEach(order::addAll);
        return order;
    }

    private BitSet anew(Fork fork) {
        var stale = new BitSet(steps.size());
        var anew = new BitSet(steps.size());
        if (fork.from() != null) {
            var first = ended.course().position(fork.from());
            if (first < 0) {
                throw new BadInputException(
                        "from: run %s has no step \"%s\"".formatted(run, fork.from()));
            }
            if (hasHappened(first, fork)) {
                throw new ConflictException(
                        "Step %s must not be done twice and took effect: begin with a step after it."
                                .formatted(fork.from()));
            }
            stale.set(first);
        }
        for (var position : order()) {
            var follows =
                    steps.get(position).needs().stream()
                            .anyMatch(need -> stale.get(ended.course().position(need)));
            var happened = hasHappened(position, fork);
            if (follows || (!succeeded(position) && !happened)) {
                stale.set(position); // also for what follows a step that is not repeated
            }
            anew.set(position, stale.get(position) && !happened);
        }
        return anew;
    }

    private StepState state(int position) {
        return ended.machine().step(ended.state(), position);
    }

    private boolean succeeded(int position) {
        return state(position).status() == StepState.Status.SUCCEEDED;
    }

    /** Whether a step that must not be done twice took effect. */
    private boolean hasHappened(int position, Fork fork) {
        var step = steps.get(position);
        if (step.effects() != Effects.ONCE) {
            return false;
        }
        var state = state(position);
        if (state.once().receipt() != null) {
            return true;
        }
        return switch (state.status()) {
            case SUCCEEDED -> true;
            case EFFECT_UNKNOWN, IN_FLIGHT, BROKEN, FAILED ->
                    isDoubtful(state) && answered(step.id(), fork);
            case PENDING, SKIPPED, UNDONE -> false;
        };
    }

    /** An attempt that nobody knows of whether it took effect, though it may have failed. */
    private static boolean isDoubtful(StepState state) {
        return state.attempt() > 0 && state.once().absent() != state.attempt();
    }

    private boolean answered(String step, Fork fork) {
        var answer = fork.happened().get(step);
        if (answer == null) {
            throw new ConflictException(
                    "Nobody knows whether step %1$s took effect: say so by happened: {\"%1$s\": true} or false (--happened %1$s, --no-happened %1$s)."
                            .formatted(step));
        }
        return answer;
    }

    /** What was done with one value is not what is wanted with another. */
    private void refuseChanged(int position, Plan plan) {
        var before = ended.course().plan().inputs();
        plan.inputs()
                .forEach((name, input) -> {
                    var earlier = Objects.requireNonNull(before.get(name)).value();
                    if (!Objects.equals(earlier, input.value()) && uses(position, name)) {
                        throw new ConflictException(
                                "Step %s uses input %s, which changes, and would be taken over: begin with it or before it."
                                        .formatted(steps.get(position).id(), name));
                    }
                });
    }

    private boolean uses(int position, String input) {
        var written = Json.mapper().writeValueAsString(steps.get(position));
        return Pattern.compile("\\b(?:inputs\\.|KINTSUGI_INPUT_)" + input + "\\b")
                .matcher(written)
                .find();
    }

    private TakenStep taken(int position) {
        var state = state(position);
        var id = steps.get(position).id();
        var own = "%s:%s:%d".formatted(run, id, state.generation());
        var key = state.attempt() == 0 ? keys.getOrDefault(id, own) : own;
        return new TakenStep(id, key, state.commit(), state.output(), state.once().receipt());
    }

    private List<TakenPatch> patches() {
        return ended.state().patches().stream()
                .map(accepted ->
                        new TakenPatch(
                                accepted.patch(),
                                steps.get(accepted.step()).id(),
                                accepted.attempt()))
                .toList();
    }
}
