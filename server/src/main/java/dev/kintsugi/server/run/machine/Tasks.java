package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Patch.StepPatch;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.run.machine.RunState.AcceptedPatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts together what a worker needs for a task. */
final class Tasks {
    private static final Pattern OUTPUT =
            Pattern.compile("\\$\\{steps\\.([A-Za-z0-9][A-Za-z0-9._-]*?)\\.output\\b");
    private static final SortedMap<String, String> NO_OUTPUTS = Collections.emptySortedMap();

    private static final int SEARCHES_PER_ATTEMPT = 100;

    private final Course course;

    Tasks(Course course) {
        this.course = course;
    }

    /**
     * The key of a task: {@code run:step:attempt}, with the kind before it unless it is an attempt
     * of a step.
     */
    String key(TaskKind kind, String step, int attempt) {
        var key = course.run() + ":" + step + ":" + attempt;
        return kind == TaskKind.STEP
                ? key
                : kind.name().toLowerCase(java.util.Locale.ROOT) + ":" + key;
    }

    Task prepare(Draft run, int attempt) {
        return new Task(
                key(TaskKind.PREPARE, "", attempt),
                course.run(),
                course.tenant(),
                "",
                attempt,
                course.run() + "::0",
                TaskKind.PREPARE,
                null,
                null,
                Network.FULL,
                NO_OUTPUTS,
                null,
                course.plan().workspace(),
                null,
                course.inputs(),
                run.origin());
    }

    /** An attempt of a step on an input that also holds the patches it shall prove, if any. */
    Task attempt(Draft run, int step, int attempt, List<Patch> proof) {
        var definition = patched(run.definition(step), proof);
        return ofStep(run, step, new Purpose(TaskKind.STEP, attempt, definition, proof));
    }

    private static Step patched(Step definition, List<Patch> proof) {
        var patched = definition;
        for (var patch : proof) {
            if (patch instanceof StepPatch change) {
                var timeout =
                        change.timeoutMillis() == null
                                ? null
                                : Duration.ofMillis(change.timeoutMillis());
                patched =
                        patched.replacedBy(
                                new Step.Alternative(patched.work(), change.env(), timeout));
            }
        }
        return patched;
    }

    /** A passed step repeated under patches that were proven elsewhere. */
    Task recheck(Draft run, int step, int number, List<Patch> proof) {
        var definition = run.definition(step);
        return ofStep(run, step, new Purpose(TaskKind.RECHECK, number, definition, proof));
    }

    Task undo(Draft run, int step, int attempt) {
        var definition = run.definition(step);
        var command = Objects.requireNonNull(definition.undo(), "undo");
        var undo =
                definition.replacedBy(
                        new Step.Alternative(
                                new Work.Exec(command), Collections.emptySortedMap(), null));
        return ofStep(run, step, new Purpose(TaskKind.UNDO, attempt, undo, List.of()));
    }

    /** Asks the step's own command whether its latest attempt took effect. */
    Task reconcile(Draft run, int step) {
        var definition = run.definition(step);
        var command = Objects.requireNonNull(definition.reconcile(), "reconcile");
        var asking =
                definition.replacedBy(
                        new Step.Alternative(
                                new Work.Exec(command), Collections.emptySortedMap(), null));
        var attempt = run.step(step).attempt();
        return ofStep(run, step, new Purpose(TaskKind.RECONCILE, attempt, asking, List.of()));
    }

    /** What a step's outside system tells repetitions by. */
    String effectKey(Draft run, int step) {
        return effectKey(TaskKind.STEP, course.step(step).id(), run.step(step).generation());
    }

    Task mend(Draft run, Repair repair) {
        var state = run.step(repair.step());
        var proof = repair.proof().patches();
        var number = mendNumber(state, repair);
        var definition = patched(run.definition(repair.step()), proof);
        var purpose = new Purpose(TaskKind.MEND, number, definition, proof);
        var plain = ofStep(run, repair.step(), purpose);
        var failure = Objects.requireNonNull(state.failure(), "failure");
        return new Task(
                plain.key(),
                plain.run(),
                plain.tenant(),
                plain.step(),
                number,
                plain.effectKey(),
                TaskKind.MEND,
                plain.definition(),
                plain.input(),
                plain.network(),
                plain.outputs(),
                new Task.Mend(
                        failure,
                        state.evidence(),
                        course.plan().gate(),
                        List.copyOf(repair.tried())),
                null,
                null,
                plain.inputs(),
                null);
    }

    /** The failed attempt and the search within its repair tell searches apart. */
    private static int mendNumber(StepState state, Repair repair) {
        return state.attempt() * SEARCHES_PER_ATTEMPT + repair.searches() % SEARCHES_PER_ATTEMPT;
    }

    Task deliver(Draft run, int attempt) {
        var workspace = Objects.requireNonNull(course.plan().workspace(), "workspace");
        return new Task(
                key(TaskKind.DELIVER, "", attempt),
                course.run(),
                course.tenant(),
                "",
                attempt,
                course.run() + "::deliver",
                TaskKind.DELIVER,
                null,
                new TaskInput(Objects.requireNonNull(run.base(), "base"), List.of(), List.of()),
                Network.FULL,
                NO_OUTPUTS,
                null,
                null,
                new Task.Delivery(workspace, "kintsugi/" + course.run(), changes(run)));
    }

    private List<Task.Delivery.Change> changes(Draft run) {
        var changes = new ArrayList<Task.Delivery.Change>();
        for (var position : run.completed()) {
            var id = course.step(position).id();
            for (var accepted : run.patches()) {
                if (accepted.step() == position) {
                    changes.add(
                            new Task.Delivery.Change(
                                    accepted.patch().commit(), patchMessage(id, accepted)));
                }
            }
            var commit = run.step(position).commit();
            if (commit != null) {
                changes.add(
                        new Task.Delivery.Change(
                                commit,
                                "%s: changes of step %s\n\nKintsugi-Run: %s\nKintsugi-Step: %s\n"
                                        .formatted(course.plan().name(), id, course.run(), id)));
            }
        }
        return changes;
    }

    private String patchMessage(String step, AcceptedPatch accepted) {
        return "Mend %s: %s\n\nKintsugi-Run: %s\nKintsugi-Step: %s\nKintsugi-Patch: %s %s\nKintsugi-Proof: attempt %s passed\n"
                .formatted(
                        step,
                        accepted.patch().title(),
                        course.run(),
                        step,
                        accepted.patch().source().name().toLowerCase(java.util.Locale.ROOT),
                        accepted.patch().id(),
                        accepted.attempt());
    }

    /**
     * What a task of a step is for.
     *
     * @param number tells tasks of that kind and step apart
     * @param definition the step as it is to be done
     * @param proof the patches that are to be proven
     */
    private record Purpose(TaskKind kind, int number, Step definition, List<Patch> proof) {
        boolean isAgents() {
            return definition.work() instanceof Work.Agent
                    && (kind == TaskKind.STEP || kind == TaskKind.RECHECK);
        }
    }

    private Task ofStep(Draft run, int position, Purpose purpose) {
        var id = course.step(position).id();
        var kind = purpose.kind();
        var proof = purpose.proof();
        return new Task(
                key(kind, id, purpose.number()),
                course.run(),
                course.tenant(),
                id,
                purpose.number(),
                effectKey(kind, id, run.step(position).generation()),
                kind,
                purpose.definition(),
                input(run, position, purpose),
                network(run, proof),
                outputs(run, purpose.definition(), kind),
                null,
                null,
                null,
                course.inputs(),
                null);
    }

    /** What is not the step's own effect has a key of its own. */
    private String effectKey(TaskKind kind, String step, int generation) {
        var key = course.run() + ":" + step + ":" + generation;
        return switch (kind) {
            case STEP, RECHECK, RECONCILE -> key;
            case MEND -> key + ":mend";
            case UNDO -> key + ":undo";
            case PREPARE, DELIVER -> throw new IllegalArgumentException("not of a step: " + kind);
        };
    }

    /** Agents get no checkout, so a step that needs one gets what the agent's needs left behind. */
    private @Nullable TaskInput input(Draft run, int position, Purpose purpose) {
        if (purpose.kind() == TaskKind.UNDO) {
            return ownResult(run, position);
        }
        if (!course.hasWorkspace() || purpose.isAgents()) {
            return null;
        }
        var results = new LinkedHashSet<String>();
        results(run, position, new TreeSet<>(), results);
        var patches = new ArrayList<String>();
        for (var accepted : run.patches()) {
            patches.add(accepted.patch().commit());
        }
        for (var patch : purpose.proof()) {
            if (patch instanceof TreePatch tree) {
                patches.add(tree.commit());
            }
        }
        return new TaskInput(
                Objects.requireNonNull(run.base(), "base"), List.copyOf(results), patches);
    }

    private void results(Draft run, int position, Set<Integer> seen, Set<String> found) {
        for (var need : course.step(position).needs()) {
            var needed = course.position(need);
            var commit = run.step(needed).commit();
            if (commit != null) {
                found.add(commit);
            } else if (seen.add(needed)) {
                results(run, needed, seen, found);
            }
        }
    }

    /** What a step left behind is what its compensation finds. */
    private @Nullable TaskInput ownResult(Draft run, int position) {
        var commit = run.step(position).commit();
        return commit == null || run.base() == null
                ? null
                : new TaskInput(Objects.requireNonNull(run.base()), List.of(commit), List.of());
    }

    /** Attempts that contain what a model wrote reach nothing unless the plan says otherwise. */
    private Network network(Draft run, List<Patch> proof) {
        var written = proof.stream().anyMatch(patch -> patch.source() == Patch.Source.MODEL);
        for (var accepted : run.patches()) {
            written |= accepted.patch().source() == Patch.Source.MODEL;
        }
        return written ? Network.NONE : course.plan().gate().network();
    }

    private SortedMap<String, String> outputs(Draft run, Step definition, TaskKind kind) {
        var text = new StringBuilder();
        switch (definition.work()) {
            case Work.Exec exec -> text.append(exec.command());
            case Work.Agent agent -> text.append(agent.input());
            case Work.Http http -> {
                text.append(http.url()).append(' ').append(http.body());
                http.headers().values().forEach(value -> text.append(' ').append(value));
            }
        }
        if (kind == TaskKind.MEND) {
            text.append(' ').append(definition.autofix());
        }
        definition.env().values().forEach(value -> text.append(' ').append(value));
        var found = new TreeMap<String, String>();
        for (var match = OUTPUT.matcher(text); match.find(); ) {
            var position = course.position(match.group(1));
            var output = position < 0 ? null : run.step(position).output();
            if (output != null) {
                found.put(match.group(1), output);
            }
        }
        return found;
    }
}
