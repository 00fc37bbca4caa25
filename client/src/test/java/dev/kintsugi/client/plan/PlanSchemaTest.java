package dev.kintsugi.client.plan;

import static dev.kintsugi.client.plan.Plans.withSteps;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kintsugi.client.plan.PlanReading.Accepted;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PlanSchemaTest {
    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(PlanSchema.text());
    private static final String STEP = "{id: a, exec: x}";

    static final List<String> GOOD =
            List.of(
                    Plans.FULL,
                    withSteps(STEP),
                    head("sla: fast"),
                    head("deliver: none"),
                    head("workspace: {git: 'https://example.com/a.git'}"),
                    head("budget: {time: 500ms1, cost: 0.000000001 USD}")
                            .replace("500ms1", "1h1m1s1ms"),
                    head("budget: {attempts: 0}"),
                    head("budget: {}"),
                    head("gate: {allow: [], maxFiles: 100, maxLines: 10000, network: none}"),
                    head("gate: {allow: ['**/*.java', '.github/x', 'a..b']}"),
                    step("queue: llm, priority: low, effects: once, class: lint"),
                    step("timeout: 90s, cache: [.gradle, a/b], undo: y"),
                    step("locks: [db, {name: a/gpu, permits: 2, limit: 4, keep: true}]"),
                    step("needsRun: [r-1, {key: nightly-2}], patience: 1h"),
                    step("env: {A: '', B: 1, C: 1.5, D: true}"),
                    step("alternatives: [{http: {url: 'http://h'}}, {exec: y, timeout: 1s}]"),
                    http("url: 'https://h:8080/x?y=z', expect: 204"),
                    http("url: 'http://h', expect: '2xx, 404'"),
                    http("url: 'http://h', method: PUT, body: null"),
                    http("url: 'http://h', method: DELETE, body: {a: [1.5e3, {b: c}]}"),
                    withSteps("{id: 0.a_B-9, exec: x}"),
                    withSteps(STEP, "{id: b, exec: x, needs: [a]}"));

    static final List<String> BAD =
            List.of(
                    "[]",
                    "plan: 1\nname: n",
                    "plan: 1\nname: n\nsteps: []",
                    "plan: 1\nname: n\nsteps: {a: b}",
                    "plan: '1'\nname: n\nsteps: [" + STEP + "]",
                    "plan: 2\nname: n\nsteps: [" + STEP + "]",
                    "plan: 1\nname: ' '\nsteps: [" + STEP + "]",
                    "plan: 1\nname: 7\nsteps: [" + STEP + "]",
                    "plan: 1\nname: " + "n".repeat(101) + "\nsteps: [" + STEP + "]",
                    head("extra: 1"),
                    step("locks: ['a b']"),
                    step("locks: [{permits: 1}]"),
                    step("locks: db"),
                    step("needsRun: [{run: x}]"),
                    step("patience: 1h"),
                    head("sla: FAST"),
                    head("deliver: null"),
                    "plan: 1\nname: \"a\\e[2Jb\"\nsteps: [" + STEP + "]",
                    head("deliver: branch"),
                    head("workspace: {git: \"a\\u202eb\"}"),
                    head("workspace: ./x"),
                    head("workspace: {ref: main}"),
                    head("workspace: {git: -x}"),
                    head("budget: {time: 5}"),
                    head("budget: {time: ''}"),
                    head("budget: {time: 1d}"),
                    head("budget: {cost: 10}"),
                    head("budget: {cost: 10 usd}"),
                    head("budget: {cost: 0.0000000001 USD}"),
                    head("budget: {attempts: 1.5}"),
                    head("budget: {attempts: -1}"),
                    head("gate: {allow: '**'}"),
                    head("gate: {allow: [/x]}"),
                    head("gate: {allow: [a/../b]}"),
                    head("gate: {allow: [a//b]}"),
                    head("gate: {allow: [' ']}"),
                    head("gate: {allow: [" + "a".repeat(201) + "]}"),
                    head("gate: {maxFiles: 101}"),
                    head("gate: {tests: yes}"),
                    step("queue: gpu"),
                    step("needs: a"),
                    step("needs: [1]"),
                    step("env: [A]"),
                    step("env: {A: null}"),
                    step("env: {A: {b: c}}"),
                    step("env: {1A: x}"),
                    step("env: {KINTSUGI_RUN: x}"),
                    step("cache: [.git]"),
                    step("cache: [../x]"),
                    step("autofix: ''"),
                    step("alternatives: [{timeout: 1s}]"),
                    step("alternatives: [{exec: x, needs: []}]"),
                    step("http: {url: 'http://h'}"),
                    http("method: POST"),
                    http("url: 'file:///x'"),
                    http("url: 'http://h', method: post"),
                    http("url: 'http://h', body: 1"),
                    http("url: 'http://h', expect: 99"),
                    http("url: 'http://h', expect: ok"),
                    http("url: 'http://h', headers: {'a b': c}"),
                    withSteps("{exec: x}"),
                    withSteps("{id: a}"),
                    withSteps("{id: -a, exec: x}"),
                    withSteps("{id: a.lock, exec: x}"),
                    withSteps("{id: a..b, exec: x}"),
                    withSteps("{id: " + "a".repeat(65) + ", exec: x}"));

    @ParameterizedTest
    @FieldSource("GOOD")
    void theSchemaAndTheReaderAcceptTheSame(String plan) {
        assertThat(SCHEMA.validate(plan, InputFormat.YAML)).as(plan).isEmpty();
        assertThat(PlanReader.read(plan, "plan.yaml")).isInstanceOf(Accepted.class);
    }

    @ParameterizedTest
    @FieldSource("BAD")
    void theSchemaAndTheReaderRefuseTheSame(String plan) {
        assertThat(SCHEMA.validate(plan, InputFormat.YAML)).as(plan).isNotEmpty();
        assertThat(PlanReader.read(plan, "plan.yaml")).isNotInstanceOf(Accepted.class);
    }

    /** As listed where the schema is offered. */
    static final List<String> BEYOND_A_SCHEMA =
            List.of(
                    withSteps(STEP, STEP),
                    step("needs: [b]"),
                    withSteps("{id: a, exec: x, needs: [b]}", "{id: b, exec: x, needs: [a]}"),
                    step("env: {A: '${steps.b.output.x}'}"),
                    step("env: {A: '${secrets.}'}"),
                    step("timeout: 25h"),
                    head("budget: {time: 0s}"),
                    head("budget: {cost: 999999999 USD}"),
                    http("url: 'http:///x'"),
                    http("url: 'http://me:you@h/x'"),
                    step("env: {PASSWORD: 'correct-horse-battery'}"));

    @ParameterizedTest
    @FieldSource("BEYOND_A_SCHEMA")
    void theReaderRefusesWhatASchemaCannotExpress(String plan) {
        assertThat(SCHEMA.validate(plan, InputFormat.YAML)).as(plan).isEmpty();
        assertThat(PlanReader.read(plan, "plan.yaml")).isNotInstanceOf(Accepted.class);
    }

    @Test
    void theSchemaIsItselfValid() {
        var meta =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(
                                com.networknt.schema.SchemaLocation.of(
                                        "https://json-schema.org/draft/2020-12/schema"));

        assertThat(meta.validate(PlanSchema.text(), InputFormat.JSON)).isEmpty();
    }

    private static String head(String line) {
        return line + "\n" + withSteps(STEP);
    }

    private static String step(String fields) {
        return withSteps("{id: a, exec: x, " + fields + "}");
    }

    private static String http(String fields) {
        return withSteps("{id: a, http: {" + fields + "}}");
    }
}
