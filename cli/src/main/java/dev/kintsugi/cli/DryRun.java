package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Input;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanGraph;
import dev.kintsugi.client.plan.PlanWriter;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Tells in words what a plan would do: its steps in waves, its gate and its limits. */
final class DryRun {
    private DryRun() {}

    static String of(Plan plan) {
        var text = new StringJoiner("\n");
        text.add(Text.safe(plan.name()) + ": " + Text.count(plan.steps().size(), "step"));
        var workspace = plan.workspace();
        if (workspace != null) {
            text.add(
                    "workspace  %s at %s, delivered as %s"
                            .formatted(
                                    Text.safe(workspace.git()),
                                    Text.safe(workspace.ref()),
                                    Story.lower(plan.deliver())));
        }
        plan.inputs().forEach((name, input) -> text.add(input(name, input)));
        text.add("steps");
        var graph = PlanGraph.of(plan);
        int wave = 1;
        for (var layer : graph.layers()) {
            for (int index : layer) {
                text.add(step(graph.step(index), wave));
            }
            wave++;
        }
        var gate = plan.gate();
        text.add(
                "gate       patches may write %s; at most %s, %s; tests %s; network %s"
                        .formatted(
                                gate.allow().isEmpty()
                                        ? "nothing"
                                        : Text.safe(String.join(", ", gate.allow())),
                                Text.count(gate.maxFiles(), "file"),
                                Text.count(gate.maxLines(), "line"),
                                gate.allowTests() ? "may change" : "are read-only",
                                Story.lower(gate.network())));
        text.add(limits(plan));
        return text.toString();
    }

    /** The same for programs: the ids of the steps in waves, and the plan with its defaults. */
    static String json(Plan plan) {
        var graph = PlanGraph.of(plan);
        var line = Json.mapper().createObjectNode();
        line.put("name", plan.name());
        var waves = line.putArray("waves");
        for (var layer : graph.layers()) {
            var wave = waves.addArray();
            layer.forEach(index -> wave.add(graph.step(index).id()));
        }
        line.set("plan", Json.mapper().readTree(PlanWriter.write(plan)));
        return line.toString();
    }

    private static String input(String name, Input input) {
        return "input      %s: %s%s"
                .formatted(
                        name,
                        input.value() == null ? "none" : Text.safe(input.value()),
                        input.description() == null
                                ? ""
                                : "  (" + Text.safe(input.description()) + ")");
    }

    private static String step(Step step, int wave) {
        var text = new StringJoiner("; ");
        text.add("  %d. %s: %s".formatted(wave, step.id(), work(step.work())));
        if (!step.needs().isEmpty()) {
            text.add("after " + String.join(", ", step.needs()));
        }
        text.add("queue " + Story.lower(step.queue()));
        text.add("timeout " + Text.time(step.timeout().toMillis()));
        if (step.costNanoUsd() != null) {
            text.add("at most %s".formatted(Text.dollars(step.costNanoUsd())));
        }
        text.add("effects " + Story.lower(step.effects()));
        if (step.autofix() != null) {
            text.add("autofix " + Text.safe(step.autofix()));
        }
        if (!step.alternatives().isEmpty()) {
            text.add(Text.count(step.alternatives().size(), "alternative"));
        }
        if (step.when() != null) {
            text.add("when " + Text.safe(step.when().condition()));
        }
        if (step.isDispensable()) {
            text.add("the run goes on without it");
        }
        if (step.undo() != null) {
            text.add("undo " + Text.safe(step.undo()));
        }
        if (step.reconcile() != null) {
            text.add("reconcile " + Text.safe(step.reconcile()));
        }
        return text.toString();
    }

    private static String work(Work work) {
        return switch (work) {
            case Work.Exec exec -> Text.safe(exec.command());
            case Work.Agent agent -> "agent " + Text.safe(agent.agent());
            case Work.Http http -> http.method() + " " + Text.safe(http.url());
        };
    }

    private static String limits(Plan plan) {
        var budget = plan.budget();
        var time = budget.time() == null ? plan.sla().limit() : budget.time();
        return "limits     time %s (service level %s: %s); cost %s; repair attempts %s"
                .formatted(
                        Text.time(time.toMillis()),
                        Story.lower(plan.sla()),
                        Text.time(plan.sla().limit().toMillis()),
                        orServer(
                                budget.costNanoUsd() == null
                                        ? null
                                        : Text.dollars(budget.costNanoUsd())),
                        attempts(budget.attempts()));
    }

    /** The plan's number holds only as far as the server's cap, which only tightens it. */
    private static String attempts(@Nullable Integer given) {
        return orServer(given == null ? null : given + ", or fewer as the server is set");
    }

    private static String orServer(@Nullable String limit) {
        return limit == null ? "as the server is set" : limit;
    }
}
