package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.NeededRun;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.server.platform.BadInputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Refuses plans that wait for runs that will never succeed, or that wait for the run that is to
 * come. Two submissions at one moment that wait for each other pass; that cycle is broken when it
 * runs.
 */
final class NeededRuns {
    /** Most runs that are looked through for a cycle. */
    static final int MOST = 1_000;

    private final RunStore store;

    NeededRuns(RunStore store) {
        this.store = store;
    }

    /**
     * Inside a transaction of the tenant.
     *
     * @param key under which the plan is submitted; null when nobody can wait for it yet
     */
    void check(String tenant, Plan plan, @Nullable String key) {
        var problems = new ArrayList<String>();
        var first = new ArrayDeque<Path>();
        for (var i = 0; i < plan.steps().size(); i++) {
            for (var needed : neededBy(plan.steps().get(i))) {
                var where = "steps[%s].needsRun: ".formatted(i);
                var run = find(tenant, needed);
                problem(needed, run, key).ifPresent(problem -> problems.add(where + problem));
                run.filter(row -> !row.status().isFinal())
                        .ifPresent(row -> first.add(new Path(row.run(), List.of())));
            }
        }
        if (key != null && problems.isEmpty()) {
            cycle(tenant, first, key).ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new BadInputException(
                    "The plan waits for runs that it cannot wait for.", problems);
        }
    }

    private static List<NeededRun> neededBy(Step step) {
        return step.waits() == null ? List.of() : step.waits().runs();
    }

    private Optional<RunRow> find(String tenant, NeededRun needed) {
        var run =
                needed.key() == null
                        ? store.find(String.valueOf(needed.run()))
                        : store.submitted(tenant, needed.key());
        return run.filter(row -> row.tenant().equals(tenant));
    }

    private static Optional<String> problem(
            NeededRun needed, Optional<RunRow> run, @Nullable String key) {
        if (needed.key() != null && needed.key().equals(key)) {
            return Optional.of("cycle: key %s -> key %s, which is its own".formatted(key, key));
        }
        if (run.isEmpty()) {
            return needed.key() == null
                    ? Optional.of("there is no run %s".formatted(needed.run()))
                    : Optional.empty();
        }
        var status = run.get().status();
        return status.isFinal() && status != RunStatus.SUCCEEDED
                ? Optional.of(
                        "run %s has ended %s, so that the step would never begin"
                                .formatted(run.get().run(), status.name().toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** A run on the way from the new one, and those before it. */
    private record Path(String run, List<String> before) {
        List<String> all() {
            var all = new ArrayList<>(before);
            all.add("run " + run);
            return all;
        }
    }

    private Optional<String> cycle(String tenant, ArrayDeque<Path> open, String key) {
        var seen = new TreeSet<String>();
        while (!open.isEmpty() && seen.size() < MOST) {
            var at = open.removeFirst();
            if (!seen.add(at.run())) {
                continue;
            }
            for (var needed : neededBy(at.run())) {
                if (key.equals(needed.key())) {
                    return Optional.of(
                            "cycle: key %s -> %s -> key %s"
                                    .formatted(key, String.join(" -> ", at.all()), key));
                }
                find(tenant, needed)
                        .filter(row -> !row.status().isFinal())
                        .ifPresent(row -> open.add(new Path(row.run(), at.all())));
            }
        }
        return Optional.empty();
    }

    private Set<NeededRun> neededBy(String run) {
        var plan = Json.mapper().readValue(store.plan(run), Plan.class);
        var needed = new LinkedHashSet<NeededRun>();
        plan.steps().forEach(step -> needed.addAll(neededBy(step)));
        return needed;
    }
}
