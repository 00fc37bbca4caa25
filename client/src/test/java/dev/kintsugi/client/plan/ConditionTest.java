package dev.kintsugi.client.plan;

import static dev.kintsugi.client.plan.Plans.accepted;
import static dev.kintsugi.client.plan.Plans.assertOnlyProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Condition.Outcome;
import dev.kintsugi.client.plan.Condition.WrongException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
    private static final TreeMap<String, Input> INPUTS =
            new TreeMap<>(
                    Map.of(
                            "target", input(Input.Type.STRING, "\"production\""),
                            "replicas", input(Input.Type.INTEGER, "3"),
                            "share", input(Input.Type.NUMBER, "1"),
                            "dry", input(Input.Type.BOOLEAN, "false"),
                            "note", new Input(Input.Type.STRING, false, null, List.of(), null)));

    private static final TreeMap<String, Outcome> OUTCOMES =
            new TreeMap<>(
                    Map.of(
                            "build",
                                    new Outcome(
                                            "succeeded",
                                            Json.mapper()
                                                    .readTree(
                                                            "{\"n\": 2, \"f\": 2.5, \"list\": [1, \"x\"], \"o\": {\"k\": null}}")),
                            "my-test", new Outcome("failed", null),
                            "tell", new Outcome("skipped", null)));

    private static Input input(Input.Type type, String value) {
        return new Input(type, false, value, List.of(), null);
    }

    private static boolean holds(String condition) throws WrongException {
        return Condition.of(condition, INPUTS).holds(INPUTS, OUTCOMES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inputs.target == 'production' && inputs.replicas >= 3 && !inputs.dry",
                "inputs.share < 1.5 && inputs.share > 0",
                "inputs.note == null",
                "steps.build.status == 'succeeded' && steps['my-test'].status != 'succeeded'",
                "steps.build.output.n == 2 && steps.build.output.f > 2",
                "steps.build.output.list.exists(x, x == 'x')",
                "size(steps.build.output.list) == 2 && steps.build.output.o.k == null",
                "!has(steps.tell.output.n) && steps.tell.output == {}",
                "inputs.target.startsWith('prod') && inputs.target.matches('^(p+)+.*$')",
                "true",
            })
    void holdsWhereItIsTrue(String condition) throws Exception {
        assertThat(holds(condition)).isTrue();
        assertThat(holds("!(" + condition + ")")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inputs.targt == 'x' | column 1: undeclared reference to 'inputs'; known are steps and inputs.dry",
                "inputs.replicas == 'x' | column 17: found no matching overload for '_==_'",
                "inputs.replicas + 1 | expected type 'bool' but found 'int'",
                "steps.build.status = 'x' | column 20",
                "steps.build.state == 'x' | look at a step by steps.ID.status",
                "steps[inputs.target].status == 'x' | look at a step by",
                "steps.all(s, true) | look at a step by",
                "now() > timestamp('2026-01-01T00:00:00Z') | undeclared reference to 'now'",
                "has(steps.build) | look at a step by",
            })
    void whatIsWrongIsToldBeforeItRuns(String condition, String problem) {
        assertThatThrownBy(() -> Condition.of(condition, INPUTS))
                .isInstanceOf(WrongException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "steps.build.output.missing == 1",
                "steps.build.output.list == 1 || steps.build.output.o.k.x == 1",
                "steps.build.output.n / 0 == 1"
            })
    void whatCannotBeToldIsSaid(String condition) throws Exception {
        var read = Condition.of(condition, INPUTS);

        assertThatThrownBy(() -> read.holds(INPUTS, OUTCOMES)).isInstanceOf(WrongException.class);
    }

    @Test
    void itsWorkIsBounded() throws Exception {
        var ten = "[1,2,3,4,5,6,7,8,9,10]";
        var many =
                "%1$s.all(a, %1$s.all(b, %1$s.all(c, %1$s.all(d, %1$s.all(e, a+b+c+d+e > 0)))))"
                        .formatted(ten);

        assertThatThrownBy(() -> holds(many)).hasMessageContaining("teration");
        assertThatThrownBy(() -> holds("(".repeat(60) + "true" + ")".repeat(60)))
                .isInstanceOf(WrongException.class);
        assertThatThrownBy(
                        () -> Condition.of("inputs.target == '" + "x".repeat(1_000) + "'", INPUTS))
                .isInstanceOf(WrongException.class);
    }

    private static String plan(String steps) {
        return "plan: 1\nname: n\ninputs: {n: {type: integer, default: 1}}\nsteps:\n" + steps;
    }

    @Test
    void aPlanHasConditionsThatAreCheckedWithTheirPlace() {
        var good =
                accepted(
                        plan(
                                "  - {id: a, exec: x, continueOnFailure: true}\n  - {id: b, exec: x, needs: [a], when: 'inputs.n > 1 || steps.a.status == \"failed\"'}\n  - {id: c, exec: x, when: false}\n"));

        assertThat(good.steps().get(0).isDispensable()).isTrue();
        assertThat(good.steps().get(1).when())
                .isEqualTo(new When("inputs.n > 1 || steps.a.status == \"failed\"", List.of("a")));
        assertThat(accepted(PlanWriter.write(good))).isEqualTo(good);
        assertOnlyProblem(plan("  - {id: a, exec: x, when: 'inputs.n'}\n"))
                .startsWith("plan.yaml:5:")
                .contains("steps[0].when: ", "expected type 'bool'");
        assertOnlyProblem(
                        plan(
                                "  - {id: a, exec: x}\n  - {id: b, exec: x, when: 'steps.a.status == \"failed\"'}\n"))
                .contains("uses the outcome of \"a\", which it does not need: add it to needs");
        assertOnlyProblem(plan("  - {id: a, exec: x, when: 'steps.nope.status == \"x\"'}\n"))
                .contains("unknown step \"nope\"");
        assertOnlyProblem(plan("  - {id: a, exec: x, when: '${inputs.n} > 1'}\n"))
                .contains("without ${}");
    }
}
