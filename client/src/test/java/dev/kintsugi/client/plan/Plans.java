package dev.kintsugi.client.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.PlanReading.Accepted;
import dev.kintsugi.client.plan.PlanReading.Rejected;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;

/** Plans for tests. */
final class Plans {
    /** Every field there is. */
    static final String FULL =
            """
            plan: 1
            name: upgrade-and-ship
            workspace: {git: ./storefront, ref: main}      # optional; path or URL
            deliver: branch
            sla: thorough
            budget: {time: 30m, cost: 10 USD, attempts: 10}
            gate: {allow: ["src/**", "pom.xml"], tests: true, maxFiles: 5, maxLines: 100, network: loopback}
            inputs:
              target: {type: string, default: staging, values: [staging, production], description: where to}
              replicas: {type: integer, required: true}
              share: {type: number, default: 0.5}
              dry: {type: boolean, required: false}
            steps:
              - id: build
                exec: ./build.sh                           # a shell command in the checkout
                queue: high
                priority: critical
                needs: []
                timeout: 1h30m
                env: {JAVA_TOOL_OPTIONS: -Xmx256m, TOKEN: "${secrets.DEPLOY_TOKEN}", PORT: 8080}
                class: test
                effects: none
                cache: [node_modules]
                autofix: ./format.sh
                alternatives: [{exec: ./build.sh --offline, env: {MODE: offline}, timeout: 90s}]
                undo: ./unbuild.sh ${steps.build.output.id}
              - id: notify
                http: {method: POST, url: "http://example.com/x", headers: {X-A: b}, body: {text: "hi ${steps.build.output.x}", n: [1, 2.50, null, true], t: "${inputs.target}"}, expect: 2xx}
                needs: [build]
            """;

    private Plans() {}

    /** A plan with these steps, each in one line of flow style without its dash. */
    static String withSteps(String... steps) {
        return "plan: 1\nname: n\nsteps:\n  - " + String.join("\n  - ", steps) + "\n";
    }

    static Plan accepted(String text) {
        var reading = PlanReader.read(text, "plan.yaml");
        assertThat(reading).as(text).isInstanceOf(Accepted.class);
        return ((Accepted) reading).plan();
    }

    static List<String> problems(String text) {
        var reading = PlanReader.read(text, "plan.yaml");
        assertThat(reading).as(text).isInstanceOf(Rejected.class);
        return ((Rejected) reading).problems().stream().map(Problem::toString).toList();
    }

    static AbstractStringAssert<?> assertOnlyProblem(String text) {
        var problems = problems(text);
        assertThat(problems).hasSize(1);
        return assertThat(problems.getFirst());
    }
}
