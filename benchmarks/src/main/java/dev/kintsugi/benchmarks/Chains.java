package dev.kintsugi.benchmarks;

import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;

/** Plans whose steps s0, s1, s2 … follow one another. */
final class Chains {
    private Chains() {}

    /** As YAML. */
    static String text(int steps) {
        var plan = new StringBuilder("plan: 1\nname: chain\nsteps:\n");
        for (int i = 0; i < steps; i++) {
            String needs = i == 0 ? "" : "s" + (i - 1);
            plan.append("  - {id: s%d, exec: 'true', needs: [%s]}\n".formatted(i, needs));
        }
        return plan.toString();
    }

    static Plan plan(int steps) {
        return switch (PlanReader.read(text(steps), "chain.yaml")) {
            case PlanReading.Accepted(var plan, _) -> plan;
            case PlanReading.Rejected(var problems) ->
                    throw new IllegalStateException(problems.toString());
        };
    }
}
