package dev.kintsugi.server.simulation;

import dev.kintsugi.client.plan.Sla;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.server.simulation.Invariants.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Plans made up from the seed, and how their steps fare. */
final class Scenario {
    private static final int MOST_STEPS = 7;
    private static final List<String> LOCKS = List.of("a", "b", "two");
    private static final long CENT_NANO_USD = 10_000_000;

    /** Of a run whose plan says nothing of attempts. */
    static final int MOST_ATTEMPTS = 10;

    /** Of a run whose plan says nothing of cost. */
    static final long DEFAULT_COST_NANO_USD = 1_000 * CENT_NANO_USD;

    private final SplittableRandom random;
    private final Map<String, Nature> natures = new HashMap<>();
    private final boolean locks;

    Scenario(SplittableRandom random) {
        this.random = random;
        locks = random.nextInt(3) == 0;
    }

    /** How a step fares whoever does it. */
    private enum Nature {
        HEALTHY,
        SLOW,
        FLAKY,
        PATCHABLE,
        REPLACEABLE,
        DEAD,
        SECURITY
    }

    /**
     * A plan.
     *
     * @param text in YAML
     * @param promise what it says that its run may use
     */
    record Written(String text, Promise promise) {}

    Written plan(String name) {
        var yaml = new StringBuilder("plan: 1\nname: " + name + "\n");
        if (random.nextBoolean()) {
            yaml.append("workspace: {git: /simulated}\n");
            yaml.append(random.nextBoolean() ? "deliver: branch\n" : "");
        }
        var promise = budget(yaml);
        yaml.append("steps:\n");
        var steps = 1 + random.nextInt(MOST_STEPS);
        var taken = new TreeMap<String, Boolean>();
        for (var i = 0; i < steps; i++) {
            yaml.append(step(name, i, locks ? waits(name, taken) : ""));
        }
        return new Written(yaml.toString(), promise);
    }

    private Promise budget(StringBuilder yaml) {
        var parts = new ArrayList<String>();
        var attempts = MOST_ATTEMPTS;
        var cost = DEFAULT_COST_NANO_USD;
        var time = Sla.NORMAL.limit();
        if (random.nextInt(4) == 0) {
            attempts = random.nextInt(3);
            parts.add("attempts: " + attempts);
        }
        if (random.nextInt(4) == 0) {
            var cents = random.nextInt(10);
            cost = cents * CENT_NANO_USD;
            parts.add("cost: 0.%02d USD".formatted(cents));
        }
        if (random.nextInt(8) == 0) {
            time = Duration.ofSeconds(1 + random.nextInt(200));
            parts.add("time: %ds".formatted(time.toSeconds()));
        }
        if (!parts.isEmpty()) {
            yaml.append("budget: {%s}\n".formatted(String.join(", ", parts)));
        }
        return new Promise(attempts, cost, time);
    }

    /**
     * What a step waits for; what a plan keeps it does not ask for again.
     *
     * @param taken the plan's locks so far, and whether it keeps them
     */
    private String waits(String plan, Map<String, Boolean> taken) {
        if (random.nextInt(12) == 0 && !plan.equals("plan0")) {
            return ", patience: 10m, needsRun: [{key: plan0}]";
        }
        var lock = LOCKS.get(random.nextInt(LOCKS.size()));
        if (random.nextBoolean() || taken.getOrDefault(lock, false)) {
            return "";
        }
        var keep = random.nextInt(3) > 0 && !taken.containsKey(lock);
        taken.put(lock, keep);
        return ", patience: 10m, locks: [{name: %s, limit: %d, keep: %s}]"
                .formatted(lock, lock.equals("two") ? 2 : 1, keep);
    }

    private String step(String plan, int number, String waits) {
        var nature = nature();
        natures.put(plan + "/s" + number, nature);
        var step = new StringBuilder("  - {id: s%d, exec: work".formatted(number));
        var needs = new StringBuilder();
        for (var need = 0; need < number; need++) {
            if (random.nextInt(3) == 0) {
                needs.append(needs.isEmpty() ? "" : ", ").append('s').append(need);
            }
        }
        step.append(", needs: [").append(needs).append(']');
        step.append(random.nextInt(3) == 0 ? ", undo: undo" : "");
        step.append(
                switch (random.nextInt(4)) {
                    case 0 -> ", effects: none";
                    case 1 -> ", effects: once" + (random.nextBoolean() ? ", reconcile: look" : "");
                    default -> "";
                });
        step.append(random.nextInt(3) == 0 ? ", queue: " + queue() : "");
        step.append(nature == Nature.REPLACEABLE ? ", alternatives: [{exec: other}]" : "");
        return step.append(waits).append("}\n").toString();
    }

    private String queue() {
        var classes = QueueClass.values();
        return classes[random.nextInt(classes.length)].name().toLowerCase(Locale.ROOT);
    }

    private Nature nature() {
        var draw = random.nextInt(20);
        return draw < 8
                ? Nature.HEALTHY
                : draw < 11
                        ? Nature.SLOW
                        : draw < 14
                                ? Nature.FLAKY
                                : draw < 16
                                        ? Nature.PATCHABLE
                                        : draw < 18
                                                ? Nature.REPLACEABLE
                                                : draw < 19 ? Nature.DEAD : Nature.SECURITY;
    }

    /** How long the task takes. */
    Duration duration(String plan, Task task) {
        var slow = natures.get(plan + "/" + task.step()) == Nature.SLOW;
        return Duration.ofMillis(
                slow ? 20_000 + random.nextInt(80_000) : 10 + random.nextInt(3_000));
    }

    /** How the task ends. */
    TaskResult result(String plan, Task task) {
        return switch (task.kind()) {
            case PREPARE -> done("base");
            case STEP -> step(plan, task);
            case RECHECK, UNDO ->
                    random.nextInt(10) == 0 ? failed("later", false, false) : done(null);
            case MEND -> mend(task);
            case DELIVER -> done("tip");
            case RECONCILE -> throw new IllegalArgumentException("asked of the outside world");
        };
    }

    private TaskResult step(String plan, Task task) {
        var nature = natures.getOrDefault(plan + "/" + task.step(), Nature.HEALTHY);
        var commit = task.input() == null ? null : task.key();
        var patched = task.input() != null && !task.input().patches().isEmpty();
        return switch (nature) {
            case HEALTHY, SLOW -> done(commit);
            case FLAKY ->
                    random.nextInt(2) == 0
                            ? done(commit)
                            : failed("flaky" + random.nextInt(3), true, false);
            case PATCHABLE ->
                    patched || task.definition() != null && !task.definition().env().isEmpty()
                            ? done(commit)
                            : failed("patchable", false, false);
            case REPLACEABLE ->
                    task.effectKey().endsWith(":0") ? failed("old", false, false) : done(commit);
            case DEAD -> failed("dead", false, false);
            case SECURITY -> failed("leak", false, true);
        };
    }

    private TaskResult mend(Task task) {
        var tried = task.mend() == null ? 0 : task.mend().exclude().size();
        if (tried > 2 || random.nextInt(4) == 0) {
            return new TaskResult.PatchNotFound(List.of(), Usage.NONE);
        }
        var id = task.key() + "/" + tried;
        Patch patch =
                task.input() == null || random.nextBoolean()
                        ? new Patch.StepPatch(
                                id,
                                Patch.Source.CATALOGUE,
                                "more",
                                new TreeMap<>(Map.of("HEAP", "2")),
                                null)
                        : new Patch.TreePatch(
                                id,
                                Patch.Source.CATALOGUE,
                                "fix",
                                "patch " + id,
                                "0",
                                List.of("a"),
                                1);
        return new TaskResult.PatchProposed(patch, List.of(), Usage.NONE);
    }

    private TaskResult done(@org.jspecify.annotations.Nullable String commit) {
        return new Done(commit, null, List.of(), usage());
    }

    private TaskResult failed(String fingerprint, boolean maybeTransient, boolean security) {
        return new TaskResult.Failed(
                new Failure(
                        FailureCategory.UNKNOWN,
                        security ? FailureClass.SECURITY : FailureClass.RUNTIME,
                        Severity.MEDIUM,
                        "simulated",
                        fingerprint,
                        "simulated: " + fingerprint,
                        maybeTransient,
                        null,
                        new TreeMap<>()),
                null,
                usage());
    }

    private Usage usage() {
        return random.nextInt(3) == 0
                ? new Usage(1, 0, random.nextLong(3 * CENT_NANO_USD))
                : Usage.NONE;
    }
}
