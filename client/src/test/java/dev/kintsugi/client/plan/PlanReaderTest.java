package dev.kintsugi.client.plan;

import static dev.kintsugi.client.plan.Plans.accepted;
import static dev.kintsugi.client.plan.Plans.assertOnlyProblem;
import static dev.kintsugi.client.plan.Plans.problems;
import static dev.kintsugi.client.plan.Plans.withSteps;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.PlanReading.Accepted;
import dev.kintsugi.client.plan.PlanReading.Rejected;
import dev.kintsugi.client.plan.Step.Alternative;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.healing.FailureClass;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanReaderTest {

    @Test
    void everyFieldIsRead() {
        var plan = accepted(Plans.FULL);

        assertThat(plan.workspace()).isEqualTo(new Plan.Workspace("./storefront", "main"));
        assertThat(plan.deliver()).isEqualTo(Plan.Deliver.BRANCH);
        assertThat(plan.sla()).isEqualTo(Sla.THOROUGH);
        assertThat(plan.budget())
                .isEqualTo(new Budget(Duration.ofMinutes(30), 10_000_000_000L, 10));
        assertThat(plan.gate())
                .isEqualTo(
                        new Gate(
                                List.of("src/**", "pom.xml"), true, 5, 100, Gate.Network.LOOPBACK));
        assertThat(plan.steps())
                .containsExactly(
                        new Step(
                                "build",
                                new Work.Exec("./build.sh"),
                                QueueClass.HIGH,
                                Priority.CRITICAL,
                                List.of(),
                                Duration.ofMinutes(90),
                                new TreeMap<>(
                                        Map.of(
                                                "JAVA_TOOL_OPTIONS", "-Xmx256m",
                                                "TOKEN", "${secrets.DEPLOY_TOKEN}",
                                                "PORT", "8080")),
                                FailureClass.TEST,
                                Effects.NONE,
                                List.of("node_modules"),
                                "./format.sh",
                                List.of(
                                        new Alternative(
                                                new Work.Exec("./build.sh --offline"),
                                                new TreeMap<>(Map.of("MODE", "offline")),
                                                Duration.ofSeconds(90))),
                                "./unbuild.sh ${steps.build.output.id}"),
                        new Step(
                                "notify",
                                new Work.Http(
                                        "POST",
                                        "http://example.com/x",
                                        new TreeMap<>(Map.of("X-A", "b")),
                                        "{\"text\":\"hi"
                                                + " ${steps.build.output.x}\",\"n\":[1,2.50,null,true],\"t\":\"${inputs.target}\"}",
                                        "2xx"),
                                QueueClass.IO,
                                Priority.NORMAL,
                                List.of("build"),
                                Duration.ofMinutes(5),
                                new TreeMap<>(),
                                null,
                                Effects.IDEMPOTENT,
                                List.of(),
                                null,
                                List.of(),
                                null));
    }

    @Test
    void anAttemptMayCostAsMuchAsTheRunAndNoMore() {
        var plan =
                """
                {plan: 1, name: n, budget: {cost: 1 USD}, steps: [{id: a, exec: x, cost: %s USD}]}
                """;

        assertThat(accepted(plan.formatted("1")).steps().getFirst().costNanoUsd())
                .isEqualTo(1_000_000_000L);
        assertThat(PlanReader.read(plan.formatted("1.01"), "p"))
                .isInstanceOfSatisfying(
                        PlanReading.Rejected.class,
                        rejected ->
                                assertThat(rejected.problems())
                                        .singleElement()
                                        .asString()
                                        .contains("steps[0].cost")
                                        .contains("at most 1 USD"));
    }

    @Test
    void whatIsNotGivenGetsItsDefault() {
        var plan =
                accepted("{\"plan\":1,\"name\":\"n\",\"steps\":[{\"id\":\"a\",\"exec\":\"x\"}]}");

        assertThat(plan.workspace()).isNull();
        assertThat(plan.deliver()).isEqualTo(Plan.Deliver.NONE);
        assertThat(plan.sla()).isEqualTo(Sla.NORMAL);
        assertThat(plan.budget()).isEqualTo(new Budget(null, null, null));
        assertThat(plan.gate()).isEqualTo(new Gate(List.of(), false, 10, 400, Gate.Network.FULL));
        assertThat(plan.steps().getFirst().timeout()).isEqualTo(Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @CsvSource({
        "mvn verify, CPU",
        "git fetch origin, IO",
        "A=1 B=2 /usr/bin/git push, IO",
        "gitleaks detect, CPU",
        "curl -f http://x, IO",
        "cp -r a b, IO",
        "ollama run llama3, LLM",
        "echo git, CPU"
    })
    void theQueueFollowsTheKindOfWork(String command, QueueClass queue) {
        var plan = accepted(withSteps("{id: a, exec: '" + command + "'}"));

        assertThat(plan.steps().getFirst().queue()).isEqualTo(queue);
    }

    @Test
    void aProblemSaysWhereItIsAndWhatWasProbablyMeant() {
        String text = withSteps("{id: test, exec: x}", "{id: b, exec: x, needs: [test, tset]}");

        assertOnlyProblem(text)
                .isEqualTo(
                        "plan.yaml:5:36: steps[1].needs[1]: unknown step \"tset\"; did you mean"
                                + " \"test\"?");
    }

    @Test
    void allProblemsAreToldAtOnceInTheOrderOfTheText() {
        String text =
                """
                plan: 2
                nmae: x
                sla: quick
                budget: {time: 5, cost: 10 EUR, attempts: 1001}
                gate: {allow: [/etc, ../x], maxFiles: 0, tests: "yes", network: fulll}
                steps:
                  - {exec: a, http: {url: "ftp://x"}, timeout: 25h, effects: [x]}
                """;

        assertThat(problems(text))
                .containsExactly(
                        "plan.yaml:1:1: \"name\" is missing",
                        "plan.yaml:1:7: plan: must be 1, the version of the plan format",
                        "plan.yaml:2:1: unknown field \"nmae\"; did you mean \"name\"?",
                        "plan.yaml:3:6: sla: must be one of fast, normal, thorough",
                        "plan.yaml:4:16: budget.time: must be a duration such as 500ms, 30s, 5m, 2h"
                                + " or 1h30m, was \"5\"",
                        "plan.yaml:4:25: budget.cost: must be an amount such as 10 USD or 0.05 USD,"
                                + " at most 1000000 USD, was \"10 EUR\"",
                        "plan.yaml:4:43: budget.attempts: must be a whole number from 0 to 1,000",
                        "plan.yaml:5:16: gate.allow[0]: must be a glob inside the checkout, such as"
                                + " src/**",
                        "plan.yaml:5:22: gate.allow[1]: must be a glob inside the checkout, such as"
                                + " src/**",
                        "plan.yaml:5:39: gate.maxFiles: must be a whole number from 1 to 100",
                        "plan.yaml:5:49: gate.tests: must be true or false",
                        "plan.yaml:5:65: gate.network: must be one of full, loopback, none; did you"
                                + " mean \"full\"?",
                        "plan.yaml:7:5: steps[0]: \"id\" is missing",
                        "plan.yaml:7:15: steps[0]: give exec or http, not both",
                        "plan.yaml:7:27: steps[0].http.url: must be a URL that begins with http://"
                                + " or https:// and names a host",
                        "plan.yaml:7:48: steps[0].timeout: must be from 1s to 24h, was \"25h\"",
                        "plan.yaml:7:62: steps[0].effects: must be one of none, idempotent, once");
    }

    @Test
    void problemsAreCappedAndTheRestCounted() {
        var steps = IntStream.range(0, 200).mapToObj(i -> "{id: s" + i + ", exec: ''}");

        var problems = problems(withSteps(steps.toArray(String[]::new)));

        assertThat(problems).hasSize(PlanReader.MAX_PROBLEMS);
        assertThat(problems.getLast()).isEqualTo("plan.yaml: 151 more problems");
    }

    @Test
    void manyUnknownNeedsCostNoMoreThanAFew() {
        var ids = IntStream.range(0, Plan.MAX_STEPS).mapToObj("s%063d"::formatted).toList();
        var steps =
                ids.stream()
                        .map(id ->
                                "{id: %s, exec: x, needs: [t%s]}".formatted(id, id.substring(1)));
        var problems = new Problems("plan.yaml");

        var reading =
                PlanReader.read(withSteps(steps.toArray(String[]::new)), "plan.yaml", problems);

        assertThat(((Rejected) reading).problems().getFirst().message())
                .isEqualTo(
                        "unknown step \"%s…\"; did you mean \"%s\"?"
                                .formatted("t" + "0".repeat(59), ids.getFirst()));
        assertThat(problems.nearest().lookedAt()).isEqualTo(Nearest.MAX_LOOKED_AT);
    }

    @Test
    void aNameThatCouldSteerATerminalIsRefused() {
        for (String steering :
                List.of("\\e[2J", "\\r", "\\n", "\\u202e", "\\u009b31m", "\\u2066")) {
            String text = "plan: 1\nname: \"a" + steering + "b\"\nsteps: [{id: a, exec: x}]\n";

            assertOnlyProblem(text).endsWith("name: must be one line without control characters");
        }
    }

    @Test
    void aRepositoryIsAUrlOrAPath() {
        for (String url :
                List.of(
                        "https://h/a.git",
                        "git+ssh://h/a",
                        "SSH://h/a",
                        "file:///a",
                        "git@host:a/b.git",
                        "me_2@1.2.3.4:x")) {
            assertThat(new Plan.Workspace(url, "HEAD").isUrl()).as(url).isTrue();
        }
        for (String path : List.of("../shop", "/srv/a@b:c", "a/b@c:d", "./x://y", "C:shop", ".")) {
            assertThat(new Plan.Workspace(path, "HEAD").isUrl()).as(path).isFalse();
        }
    }

    @Test
    void cyclesAreRefusedWithTheirPath() {
        String text =
                withSteps(
                        "{id: a, exec: x, needs: [b]}",
                        "{id: b, exec: x, needs: [c]}",
                        "{id: c, exec: x, needs: [a]}",
                        "{id: d, exec: x, needs: [d]}");

        assertThat(problems(text))
                .containsExactly(
                        "plan.yaml:4:30: steps[0].needs[0]: cycle: a -> b -> c -> a; leave out one"
                                + " of these needs",
                        "plan.yaml:7:30: steps[3].needs[0]: step \"d\" needs itself");
    }

    @Test
    void aLongCycleIsPrintedInPart() {
        var steps =
                IntStream.range(0, Plan.MAX_STEPS)
                        .mapToObj(i ->
                                "{id: s%d, exec: x, needs: [s%d]}"
                                        .formatted(i, (i + 1) % Plan.MAX_STEPS));

        assertOnlyProblem(withSteps(steps.toArray(String[]::new)))
                .contains("cycle: s0 -> s1 -> ", "s19 -> … 9,980 more -> s0;");
    }

    @Test
    void anIdGivenTwiceSaysWhereTheFirstIs() {
        assertOnlyProblem(withSteps("{id: a, exec: x}", "{id: b, exec: x}", "{id: a, exec: y}"))
                .isEqualTo(
                        "plan.yaml:6:10: steps[2].id: \"a\" is given twice: first to steps[0] in"
                                + " line 4");
    }

    @Test
    void aKeyGivenTwiceSaysWhereTheFirstIs() {
        assertOnlyProblem(withSteps("{id: a, exec: x}") + "name: again\n")
                .isEqualTo("plan.yaml:5:1: \"name\" is given twice: first in line 2");
    }

    @Test
    void theMostStepsAreAcceptedAndOneMoreRefused() {
        var chain =
                IntStream.range(0, Plan.MAX_STEPS)
                        .mapToObj(i ->
                                i == 0
                                        ? "{id: s0, exec: x}"
                                        : "{id: s%d, exec: 'x ${steps.s0.output.k}', needs: [s%d]}"
                                                .formatted(i, i - 1))
                        .collect(Collectors.joining("\n  - "));

        assertThat(accepted(withSteps(chain)).steps()).hasSize(10_000);
        assertOnlyProblem(withSteps(chain, "{id: last, exec: x}"))
                .isEqualTo("plan.yaml:4:3: steps: must have from 1 to 10,000 entries, had 10,001");
    }

    @Test
    void outputsMayBeUsedOnlyOfStepsThatAreNeeded() {
        accepted(
                withSteps(
                        "{id: a, exec: x}",
                        "{id: b, exec: x, needs: [a]}",
                        "{id: c, exec: x, needs: [b], env: {A: '${steps.a.output.k.l}'}}"));

        assertOnlyProblem(withSteps("{id: a, exec: x}", "{id: b, exec: 'x ${steps.a.output.k}'}"))
                .isEqualTo(
                        "plan.yaml:5:19: steps[1].exec: uses the outcome of \"a\", which it does not"
                                + " need: add it to needs");
        assertOnlyProblem(
                        withSteps(
                                "{id: build, exec: x}",
                                "{id: b, exec: 'x ${steps.biuld.output.k}'}"))
                .contains("unknown step \"biuld\" in a reference; did you mean \"build\"?");
        assertOnlyProblem(withSteps("{id: a, exec: 'x ${steps.a.output.k}'}"))
                .contains("does not need");
    }

    @Test
    void referencesMustBeWellFormedAndShellVariablesAreLeftAlone() {
        accepted(withSteps("{id: a, exec: 'echo ${HOME} $1 ${X%.*} ${project.version}'}"));

        for (String bad :
                List.of(
                        "${secrets.}",
                        "${secrets.a-b}",
                        "${secrets.A",
                        "${steps.a}",
                        "${steps.a.b}")) {
            assertOnlyProblem(withSteps("{id: a, exec: x, env: {A: '" + bad + "'}}"))
                    .as(bad)
                    .contains(
                            "is no reference: write ${inputs.NAME}, ${secrets.NAME} or ${steps.ID.output.KEY}");
        }
    }

    @Test
    void aNearlyReferenceIsWarnedOf() {
        var reading = PlanReader.read(withSteps("{id: a, exec: 'x ${secret.A}'}"), "plan.yaml");

        assertThat(((Accepted) reading).warnings())
                .singleElement()
                .asString()
                .contains("steps[0].exec: \"${secret.A}\" is left as it is");
    }

    @Test
    void anAutofixWithoutFilesIsWarnedOf() {
        String steps = withSteps("{id: a, exec: x, autofix: ./mend.sh}");

        var alone = (Accepted) PlanReader.read(steps, "plan.yaml");
        var onFiles =
                (Accepted)
                        PlanReader.read(
                                steps + "\nworkspace: {git: .}\ngate: {allow: [src/**]}\n",
                                "plan.yaml");

        assertThat(alone.warnings())
                .singleElement()
                .asString()
                .contains("steps[0].autofix: is never run: the plan has no workspace");
        assertThat(onFiles.warnings()).isEmpty();
    }

    @Test
    void literalSecretsAreRefusedAndNeverRepeated() {
        String token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
        String random = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";

        for (String step :
                List.of(
                        "{id: a, exec: 'push " + token + "'}",
                        "{id: a, exec: x, env: {ANY: " + token + "}}",
                        "{id: a, exec: x, env: {API_KEY: " + random + "}}",
                        "{id: a, exec: x, env: {DB_PASSWORD: hunter2}}",
                        "{id: a, exec: x, undo: 'curl https://u:" + random + "@host/'}",
                        "{id: a, http: {url: 'http://h/', headers: {X-Api-Key: " + random + "}}}",
                        "{id: a, http: {method: POST, url: 'http://h/', body: [" + token + "]}}")) {
            assertOnlyProblem(withSteps(step))
                    .contains("secret", "${secrets.")
                    .doesNotContain(token, random, "hunter2");
        }
        accepted(
                withSteps(
                        "{id: a, exec: x, env: {DB_PASSWORD: '${secrets.P}', TOKEN_FILE: /run/t,"
                                + " URL: 'db://u:${secrets.P}@h'}}"));
    }

    @Test
    void onlyAnUndoMayUseTheOutputOfItsOwnStep() {
        accepted(withSteps("{id: a, exec: x, undo: 'y ${steps.a.output.k}'}"));

        assertOnlyProblem(withSteps("{id: a, exec: x, env: {undo: '${steps.a.output.k}'}}"))
                .contains("does not need");
    }

    @Test
    void onlyWhatMustHappenOnceCanBeReconciled() {
        accepted(withSteps("{id: a, exec: x, effects: once, reconcile: ./look.sh}"));

        assertOnlyProblem(withSteps("{id: a, exec: x, reconcile: ./look.sh}"))
                .contains("steps[0].reconcile: is for steps with effects: once");
    }

    @Test
    void gitIsNeverGivenAnOption() {
        assertOnlyProblem("workspace: {git: --upload-pack=x}\n" + withSteps("{id: a, exec: x}"))
                .contains("workspace.git: must be one line and not begin with a dash");
    }
}
