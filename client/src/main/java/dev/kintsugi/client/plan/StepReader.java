package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.Step.Alternative;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.healing.FailureClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads steps one by one; what concerns several of them is {@link StepChecks}'. */
final class StepReader {
    static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration MIN_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MAX_TIMEOUT = Duration.ofHours(24);
    private static final int MAX_ALTERNATIVES = 10;
    private static final int MAX_CACHES = 20;
    private static final int MAX_ARTIFACTS = 20;
    private static final int MAX_PATH = 500;
    private static final int MAX_ID = 64;

    /** Ids become parts of git refs, which end neither in a dot nor in {@code .lock}. */
    private static final Pattern ID =
            Pattern.compile("(?!.*\\.\\.)(?!.*\\.$)(?!.*\\.lock$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private static final List<String> ALTERNATIVE =
            List.of("exec", "http", "agent", "input", "env", "timeout");
    private static final List<String> STEP =
            List.of(
                    "id",
                    "exec",
                    "http",
                    "agent",
                    "input",
                    "queue",
                    "priority",
                    "needs",
                    "timeout",
                    "cost",
                    "env",
                    "class",
                    "effects",
                    "cache",
                    "autofix",
                    "alternatives",
                    "undo",
                    "when",
                    "continueOnFailure",
                    "reconcile",
                    "locks",
                    "needsRun",
                    "patience",
                    "artifacts");

    private final References references;
    private final boolean hasWorkspace;
    private final WorkReader works;
    private final long maxNanoUsd;

    /**
     * @param hasWorkspace whether there are files that a step can mend and keep
     * @param maxNanoUsd the most that an attempt may say it costs
     */
    StepReader(References references, boolean hasWorkspace, long maxNanoUsd) {
        this.references = references;
        this.hasWorkspace = hasWorkspace;
        this.maxNanoUsd = maxNanoUsd;
        this.works = new WorkReader(references);
    }

    /**
     * A step and where its parts stand.
     *
     * @param id where its id stands
     * @param needs where each of its needs stands, in their order
     * @param locks where its locks stand; where it stands itself when it has none
     */
    record Placed(Step step, Place id, List<Place> needs, Place locks) {}

    Placed read(Place place, int index) {
        references.step(index);
        var fields = Fields.of(place, STEP);
        var id = fields.required("id");
        var needs = fields.list("needs", Plan.MAX_STEPS);
        var work = works.work(place, fields);
        var step =
                new Step(
                        id.map(StepReader::id).orElse(""),
                        work,
                        fields.get("queue")
                                .map(queue -> queue.oneOf(QueueClass.CPU))
                                .orElseGet(() -> DefaultQueue.of(work)),
                        fields.get("priority")
                                .map(priority -> priority.oneOf(Priority.NORMAL))
                                .orElse(Priority.NORMAL),
                        needs.stream().map(need -> need.text(MAX_ID)).toList(),
                        fields.get("timeout").map(StepReader::timeout).orElse(DEFAULT_TIMEOUT),
                        works.env(fields.get("env").orElse(null)),
                        fields.get("class")
                                .map(declared -> declared.oneOf(FailureClass.RUNTIME))
                                .orElse(null),
                        fields.get("effects")
                                .map(effects -> effects.oneOf(Effects.IDEMPOTENT))
                                .orElse(Effects.IDEMPOTENT),
                        fields.list("cache", MAX_CACHES).stream().map(StepReader::folder).toList(),
                        fields.get("autofix").map(this::autofix).orElse(null),
                        alternatives(fields),
                        fields.get("undo").map(works::command).orElse(null),
                        fields.get("cost").map(cost -> cost.money(maxNanoUsd)).orElse(null),
                        fields.get("when").map(this::when).orElse(null),
                        fields.get("continueOnFailure").map(Place::truth).orElse(false),
                        fields.get("reconcile").map(works::command).orElse(null),
                        WaitsReader.read(fields),
                        fields.list("artifacts", MAX_ARTIFACTS).stream()
                                .map(PlanReader::glob)
                                .toList());
        fields.get("reconcile")
                .filter(_ -> step.effects() != Effects.ONCE)
                .ifPresent(of -> of.error("is for steps with effects: once; others are repeated"));
        if (!step.artifacts().isEmpty() && work instanceof Work.Http) {
            fields.errorAtKey("artifacts", "goes with exec and agent: a request leaves no files");
        }
        return new Placed(step, id.orElse(place), needs, fields.get("locks").orElse(place));
    }

    /** Where there is no CEL, the server that takes the plan in checks the condition. */
    private When when(Place place) {
        var text = place.looseText();
        if (text.length() > Condition.MAX_LENGTH) {
            place.error(
                    "must have at most %,d characters, had %,d"
                            .formatted(Condition.MAX_LENGTH, text.length()));
        } else if (text.contains("${")) {
            place.error(
                    "is an expression already: write inputs.NAME or steps.ID.status, without ${}");
        } else if (!Condition.isSupported()) {
            place.warning("conditions are not checked here: dev.cel:compiler is missing");
        } else {
            try {
                var steps = List.copyOf(Condition.of(text, references.inputs()).steps());
                steps.forEach(step -> references.looksAt(place, step));
                return new When(text, steps);
            } catch (Condition.WrongException e) {
                place.error(String.valueOf(e.getMessage()));
            }
        }
        return new When(text, List.of());
    }

    private String autofix(Place place) {
        if (!hasWorkspace) {
            place.warning(
                    "is never run: the plan has no workspace whose files it could mend; give workspace: {git: …}");
        }
        return works.command(place);
    }

    private List<Alternative> alternatives(Fields step) {
        var alternatives = new ArrayList<Alternative>();
        for (var place : step.list("alternatives", MAX_ALTERNATIVES)) {
            var fields = Fields.of(place, ALTERNATIVE);
            alternatives.add(
                    new Alternative(
                            works.work(place, fields),
                            works.env(fields.get("env").orElse(null)),
                            fields.get("timeout").map(StepReader::timeout).orElse(null)));
        }
        return alternatives;
    }

    private static String id(Place place) {
        String id = place.text(MAX_ID);
        if (!id.isBlank() && id.length() <= MAX_ID && !ID.matcher(id).matches()) {
            place.error(
                    "\"%s\" is no id: letters, digits, dot, dash and underscore; a letter or digit first; no \"..\", and no \".\" or \".lock\" at the end"
                            .formatted(Place.shown(id)));
        }
        return id;
    }

    private static Duration timeout(Place place) {
        return place.duration(MIN_TIMEOUT, MAX_TIMEOUT);
    }

    private static String folder(Place place) {
        String folder = place.text(MAX_PATH);
        if (!Paths.isInside(folder) || folder.equals(".git") || folder.startsWith(".git/")) {
            place.error("must be a folder inside the checkout, such as node_modules");
        }
        return folder;
    }
}
