package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.plan.Budget;
import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Plan.Deliver;
import dev.kintsugi.client.plan.Plan.Workspace;
import dev.kintsugi.client.plan.Sla;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Step.Alternative;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.client.plan.When;
import dev.kintsugi.client.plan.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Builds plans for tests, a step at a time. */
final class Plans {
    private final List<Step> steps = new ArrayList<>();
    private @Nullable Workspace workspace = new Workspace("./storefront", "main");
    private Deliver deliver = Deliver.NONE;

    /** A plan with a workspace that delivers nothing. */
    static Plans plan() {
        return new Plans();
    }

    Plans withoutWorkspace() {
        workspace = null;
        return this;
    }

    Plans delivering() {
        deliver = Deliver.BRANCH;
        return this;
    }

    Plans step(String id, String... needs) {
        return step(id, Effects.IDEMPOTENT, needs);
    }

    Plans step(String id, Effects effects, String... needs) {
        steps.add(
                new Step(
                        id,
                        new Work.Exec("./" + id + ".sh"),
                        QueueClass.CPU,
                        Priority.NORMAL,
                        List.of(needs),
                        Duration.ofMinutes(5),
                        Collections.emptySortedMap(),
                        null,
                        effects,
                        List.of(),
                        null,
                        List.of(),
                        null));
        return this;
    }

    /** What an attempt of the step added last may cost, in billionths of a dollar. */
    Plans costing(long nanoUsd) {
        var step = steps.removeLast();
        steps.add(
                new Step(
                        step.id(),
                        step.work(),
                        step.queue(),
                        step.priority(),
                        step.needs(),
                        step.timeout(),
                        step.env(),
                        step.failureClass(),
                        step.effects(),
                        step.cache(),
                        step.autofix(),
                        step.alternatives(),
                        step.undo(),
                        nanoUsd,
                        step.when(),
                        step.continueOnFailure(),
                        step.reconcile(),
                        step.waits(),
                        step.artifacts()));
        return this;
    }

    /** Locks of which the step added last takes one permit. */
    Plans locking(Lock... locks) {
        return waiting(new Waits(List.of(locks), List.of(), Duration.ofHours(1)));
    }

    /** Locks and runs that the step added last waits for. */
    Plans waiting(Waits waits) {
        var step = steps.removeLast();
        steps.add(
                new Step(
                        step.id(),
                        step.work(),
                        step.queue(),
                        step.priority(),
                        step.needs(),
                        step.timeout(),
                        step.env(),
                        step.failureClass(),
                        step.effects(),
                        step.cache(),
                        step.autofix(),
                        step.alternatives(),
                        step.undo(),
                        step.costNanoUsd(),
                        step.when(),
                        step.continueOnFailure(),
                        step.reconcile(),
                        waits,
                        step.artifacts()));
        return this;
    }

    /** Ways to do the step added last when it cannot be mended. */
    Plans orElse(String... commands) {
        var alternatives = new ArrayList<Alternative>();
        for (var command : commands) {
            alternatives.add(
                    new Alternative(new Work.Exec(command), Collections.emptySortedMap(), null));
        }
        var step = steps.removeLast();
        steps.add(copy(step, alternatives, step.undo()));
        return this;
    }

    /** The command that mends the step added last. */
    Plans autofix(String command) {
        var step = steps.removeLast();
        steps.add(
                new Step(
                        step.id(),
                        step.work(),
                        step.queue(),
                        step.priority(),
                        step.needs(),
                        step.timeout(),
                        step.env(),
                        step.failureClass(),
                        step.effects(),
                        step.cache(),
                        command,
                        step.alternatives(),
                        step.undo(),
                        step.costNanoUsd(),
                        step.when(),
                        step.continueOnFailure(),
                        step.reconcile(),
                        step.waits(),
                        step.artifacts()));
        return this;
    }

    /** The step added last is done under a condition that looks at those steps. */
    Plans when(String... looksAt) {
        return conditional(new When("c", List.of(looksAt)), false);
    }

    /** The run goes on when the step added last cannot be mended. */
    Plans dispensable() {
        return conditional(steps.getLast().when(), true);
    }

    private Plans conditional(@Nullable When when, boolean continueOnFailure) {
        var step = steps.removeLast();
        steps.add(
                new Step(
                        step.id(),
                        step.work(),
                        step.queue(),
                        step.priority(),
                        step.needs(),
                        step.timeout(),
                        step.env(),
                        step.failureClass(),
                        step.effects(),
                        step.cache(),
                        step.autofix(),
                        step.alternatives(),
                        step.undo(),
                        step.costNanoUsd(),
                        when,
                        continueOnFailure,
                        step.reconcile(),
                        step.waits(),
                        step.artifacts()));
        return this;
    }

    /** The command that finds out whether the step added last happened: {@code ./look.sh}. */
    Plans reconcilable() {
        var step = steps.removeLast();
        steps.add(
                new Step(
                        step.id(),
                        step.work(),
                        step.queue(),
                        step.priority(),
                        step.needs(),
                        step.timeout(),
                        step.env(),
                        step.failureClass(),
                        step.effects(),
                        step.cache(),
                        step.autofix(),
                        step.alternatives(),
                        step.undo(),
                        step.costNanoUsd(),
                        step.when(),
                        step.continueOnFailure(),
                        "./look.sh",
                        step.waits(),
                        step.artifacts()));
        return this;
    }

    /** The compensation of the step added last: {@code ./un<id>.sh}. */
    Plans undoable() {
        var step = steps.removeLast();
        steps.add(copy(step, step.alternatives(), "./un" + step.id() + ".sh"));
        return this;
    }

    /** The same with a variable in its environment. */
    Plans undoable(String command, String variable, String value) {
        var step = steps.removeLast();
        var env = new TreeMap<String, String>();
        env.put(variable, value);
        var changed = step.replacedBy(new Alternative(step.work(), env, null));
        steps.add(copy(changed, step.alternatives(), command));
        return this;
    }

    private static Step copy(Step step, List<Alternative> alternatives, @Nullable String undo) {
        return new Step(
                step.id(),
                step.work(),
                step.queue(),
                step.priority(),
                step.needs(),
                step.timeout(),
                step.env(),
                step.failureClass(),
                step.effects(),
                step.cache(),
                step.autofix(),
                alternatives,
                undo,
                step.costNanoUsd(),
                step.when(),
                step.continueOnFailure(),
                step.reconcile(),
                step.waits(),
                step.artifacts());
    }

    Plan build() {
        return new Plan(
                "ship",
                workspace,
                deliver,
                Sla.NORMAL,
                new Budget(null, null, null),
                new Gate(List.of("src/**"), false, 10, 400, Network.FULL),
                steps,
                new TreeMap<>());
    }
}
