package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.RunHttp.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.app.TestServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a run is given, and what it makes of it: inputs and conditions. */
class RunInputsHttpTest {
    private static RunHttp http;

    @BeforeAll
    static void start() {
        http = RunHttp.start(Map.of("FEATURE_META_V4_ENABLED", "true"));
    }

    @AfterAll
    static void stop() {
        http.server().close();
    }

    @Test
    void aRunIsGivenValuesForItsInputs() {
        var plan =
                """
                plan: 1
                name: greet
                inputs: {name: {}, times: {type: integer, default: 1, values: [1, 2]}}
                steps: [{id: greet, exec: 'echo "${inputs.name} ${KINTSUGI_INPUT_times}"'}]
                """;

        var run = given(plan, Map.of("name", "a $(b)\"c", "times", "2"));
        http.ended(run.json().path("run").asString());
        var log =
                http.get(
                        "/api/v1/runs/%s/steps/greet/log"
                                .formatted(run.json().path("run").asString()));
        var kept = http.get("/api/v1/runs/%s/plan".formatted(run.json().path("run").asString()));
        var refused = given(plan, Map.of("nam", 1, "times", 3));

        assertThat(run.status()).as(run.text()).isEqualTo(201);
        assertThat(log.json().path("text").asString()).contains("a $(b)\"c 2\n");
        assertThat(kept.json().at("/inputs/times/value").asString()).isEqualTo("2");
        assertProblem(refused, 400, "bad_input");
        assertThat(refused.text())
                .contains("did you mean", "must be one of 1, 2, was 3", "inputs: name: is missing");
        assertProblem(http.submit(plan), 400, "bad_input");
    }

    private static TestServer.Answer given(String plan, Map<String, Object> inputs) {
        var body = Json.mapper().writeValueAsString(Map.of("plan", plan, "inputs", inputs));
        return http.submit(body, "Content-Type", Submission.WITH_INPUTS);
    }

    @Test
    void stepsAreDoneUnderConditionsAndARunGoesOnWithoutWhatItCanDoWithout() {
        var plan =
                """
                plan: 1
                name: conditions
                inputs: {target: {default: staging}}
                steps:
                  - {id: lint, exec: exit 3, continueOnFailure: true}
                  - {id: count, exec: 'echo "{\\"n\\": 2}" > "$KINTSUGI_OUTPUT"'}
                  - {id: page, exec: 'true', needs: [lint], when: steps.lint.status == "failed"}
                  - {id: ship, exec: 'true', needs: [count], when: inputs.target == "production"}
                  - {id: tell, exec: 'true', needs: [ship, count], when: steps.ship.status == "skipped" && steps.count.output.n == 2}
                """;
        var broken = plan.replace("output.n ==", "output.m ==");

        var run = http.ended(http.submit(plan).json().path("run").asString());
        var untold = http.ended(http.submit(broken).json().path("run").asString());

        assertThat(run.path("status").asString()).as(run.toString()).isEqualTo("succeeded");
        assertThat(run.path("reason").asString()).isEqualTo("went on without what failed: lint");
        assertThat(run.path("steps").valueStream().map(step -> step.path("status").asString()))
                .containsExactly("failed", "succeeded", "succeeded", "skipped", "succeeded");
        assertThat(untold.path("status").asString()).isEqualTo("failed");
        assertThat(untold.path("reason").asString())
                .contains("step tell failed: its condition cannot be told", "'m'");
        var refused = http.submit(plan.replace("inputs.target ==", "inputs.targt =="));
        assertProblem(refused, 400, "bad_input");
        assertThat(refused.text()).contains("steps[3].when: column 1: undeclared reference");
    }
}
