package dev.kintsugi.client.plan;

import static dev.kintsugi.client.plan.Plans.accepted;
import static dev.kintsugi.client.plan.Plans.assertOnlyProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.PlanReading.Accepted;
import dev.kintsugi.client.plan.PlanReading.Rejected;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class InputsTest {
    private static final Plan PLAN =
            accepted(
                    declaring(
                            """
                              target: {default: staging, values: [staging, production]}
                              replicas: {type: integer}
                              share: {type: number, required: false}
                              dry: {type: boolean, default: false}
                            """));

    private static String declaring(String inputs) {
        return "plan: 1\nname: n\ninputs:\n" + inputs + "steps: [{id: a, exec: x}]\n";
    }

    private static TreeMap<String, JsonNode> json(String text) {
        var given = new TreeMap<String, JsonNode>();
        Json.mapper()
                .readTree(text)
                .properties()
                .forEach(field -> given.put(field.getKey(), field.getValue()));
        return given;
    }

    private static Plan bound(String given) {
        var reading = Inputs.bind(PLAN, json(given));
        assertThat(reading).isInstanceOf(Accepted.class);
        return ((Accepted) reading).plan();
    }

    private static @Nullable String value(SortedMap<String, Input> inputs, String name) {
        return Objects.requireNonNull(inputs.get(name)).value();
    }

    private static List<String> problems(Plan plan, String given) {
        var reading = Inputs.bind(plan, json(given));
        assertThat(reading).isInstanceOf(Rejected.class);
        return ((Rejected) reading).problems().stream().map(Problem::toString).toList();
    }

    @Test
    void aRunHasWhatItWasGivenAndElseTheDefault() {
        var inputs = bound("{\"replicas\": 3, \"target\": \"production\"}").inputs();

        assertThat(value(inputs, "replicas")).isEqualTo("3");
        assertThat(value(inputs, "target")).isEqualTo("\"production\"");
        assertThat(value(inputs, "share")).isNull();
        assertThat(value(inputs, "dry")).isEqualTo("false");
    }

    @Test
    void textsStandForValuesOfTheType() {
        var inputs =
                bound("{\"replicas\": \"007\", \"share\": \"5e-1\", \"dry\": \"true\"}").inputs();

        assertThat(value(inputs, "replicas")).isEqualTo("7");
        assertThat(value(inputs, "share")).isEqualTo("0.5");
        assertThat(value(inputs, "dry")).isEqualTo("true");
    }

    @Test
    void thePlanOfARunReadsBackWithTheSameValues() {
        var bound = bound("{\"replicas\": 3}");

        assertThat(accepted(PlanWriter.write(bound))).isEqualTo(bound);
    }

    @Test
    void everyWrongInputIsToldWithWhatIsAllowed() {
        assertThat(problems(PLAN, "{\"targt\": 1, \"target\": \"prod\", \"dry\": \"yes\"}"))
                .containsExactlyInAnyOrder(
                        "inputs: targt: the plan has no such input; did you mean \"target\"?; it takes dry, replicas, share, target",
                        "inputs: target: must be one of \"staging\", \"production\", was \"prod\"",
                        "inputs: dry: must be true or false, was \"yes\"",
                        "inputs: replicas: is missing: give a whole number from -9007199254740991 to 9007199254740991");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"replicas\": 1.5}",
                "{\"replicas\": 9007199254740992}",
                "{\"replicas\": true}",
                "{\"replicas\": \"\"}",
                "{\"replicas\": null}",
                "{\"replicas\": [1]}",
                "{\"replicas\": 1, \"share\": \"NaN\"}",
                "{\"replicas\": 1, \"share\": \"1e999\"}",
                "{\"replicas\": 1, \"target\": {}}",
            })
    void whatIsNotOfTheTypeIsRefused(String given) {
        assertThat(problems(PLAN, given)).hasSize(1);
    }

    @Test
    void secretsAreRefusedAsValues() {
        var plan = accepted(declaring("  password: {}\n"));

        assertThat(problems(plan, "{\"password\": \"xK9fQ2mZ7rT4wB8nL3pV6cJ1hD5gS0aY\"}"))
                .singleElement()
                .asString()
                .contains("looks like a secret", "${secrets.PASSWORD}");
        assertThat(problems(plan, "{\"password\": \"${secrets.X}\"}"))
                .singleElement()
                .asString()
                .contains("holds a reference");
    }

    @Test
    void valuesTogetherAreLimited() {
        var inputs = new StringBuilder();
        var given = new TreeMap<String, JsonNode>();
        for (int i = 0; i < 9; i++) {
            inputs.append("  i%d: {}\n".formatted(i));
            given.put("i" + i, Json.mapper().valueToTree("x ".repeat(2_000)));
        }
        var plan = accepted(declaring(inputs.toString()));

        assertThat(Inputs.bind(plan, given)).isInstanceOf(Rejected.class);
        given.remove("i0");
        given.put("i0", Json.mapper().valueToTree("x"));
        assertThat(Inputs.bind(plan, given)).isInstanceOf(Accepted.class);
    }

    @Test
    void whatIsDeclaredWronglyIsTold() {
        assertOnlyProblem(declaring("  a: {type: text}\n")).contains("string, integer");
        assertOnlyProblem(declaring("  a-b: {}\n")).contains("is no name of an input");
        assertOnlyProblem(declaring("  a: {type: integer, default: '3'}\n"))
                .contains("inputs.a.default: must be a whole number");
        assertOnlyProblem(declaring("  a: {default: c, values: [a, b]}\n"))
                .contains("inputs.a.default: must be one of values");
        assertOnlyProblem(declaring("  a: {values: [[a]]}\n")).contains("was a list");
        assertOnlyProblem(declaring("  a: {default: '${secrets.A}'}\n"))
                .contains("holds a reference");
    }

    @Test
    void anInputThatStepsUseMustBeThere() {
        assertOnlyProblem(
                        "plan: 1\nname: n\ninputs: {target: {}}\nsteps: [{id: a, exec: 'x ${inputs.tagret}'}]\n")
                .contains("the plan has no input \"tagret\"; did you mean \"target\"?");
    }
}
