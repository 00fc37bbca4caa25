package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.insecure;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.TaskKind;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Steps under conditions, and steps that a run can do without. */
class ConditionsTest {
    private static Runs running(Plans plan, String... skipped) {
        return Runs.untouched(plan.withoutWorkspace()).skipping(skipped).accepts();
    }

    @Test
    void aStepIsDoneWhereItsConditionHolds() {
        var run = running(plan().step("build").step("ship", "build").when("build"));

        run.succeeds("build");

        var asked = run.all(RunAction.AskCondition.class).getFirst();
        assertThat(asked.statuses()).containsEntry("build", "succeeded");
        assertThat(asked.outputs()).containsEntry("build", "output-of-build");
        assertThat(run.succeeds("ship").status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aSkippedStepCountsAsDoneForThoseThatNeedIt() {
        var run =
                running(
                        plan().step("build").step("ship", "build").when().step("tell", "ship"),
                        "ship");

        run.succeeds("build").succeeds("tell");

        assertThat(run.step("ship").status()).isEqualTo(StepState.Status.SKIPPED);
        assertThat(run.dispatched(TaskKind.STEP, "ship")).isZero();
        assertThat(run.notes(Note.Kind.REMARK)).contains("skipped: its condition does not hold");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.reason()).isNull();
    }

    @Test
    void aRunOfWhichAllIsSkippedSucceeds() {
        var run = running(plan().step("a").when().step("b", "a").when("a"), "a", "b");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.all(RunAction.AskCondition.class).getLast().statuses())
                .containsEntry("a", "skipped");
    }

    @Test
    void whatASkippedStepWouldHaveStartedFromIsHandedOn() {
        var run =
                Runs.untouched(
                                plan().step("build")
                                        .step("format", "build")
                                        .when()
                                        .step("test", "format"))
                        .skipping("format")
                        .accepts();

        run.succeeds("build");

        assertThat(Objects.requireNonNull(run.task(TaskKind.STEP, "test").input()).results())
                .containsExactly("build@1");
    }

    @Test
    void aConditionThatCannotBeToldFailsTheStep() {
        var run =
                Runs.untouched(plan().withoutWorkspace().step("a").when())
                        .withUntold("a")
                        .accepts();

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.reason())
                .contains("step a failed: its condition cannot be told: no such key");
    }

    @Test
    void aRunGoesOnWithoutAStepThatItCanDoWithout() {
        var run = running(plan().step("lint").dispensable().step("test", "lint").when("lint"));

        run.fails("lint", lasting("style")).findsNoPatch();

        assertThat(run.all(RunAction.AskCondition.class).getLast().statuses())
                .containsEntry("lint", "failed");
        run.succeeds("test");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.reason()).isEqualTo("went on without what failed: lint");
        assertThat(run.step("lint").status()).isEqualTo(StepState.Status.FAILED);
    }

    @Test
    void aStepIsMendedBeforeTheRunGoesOnWithoutIt() {
        var run =
                running(
                        plan().step("lint")
                                .dispensable()
                                .orElse("./other.sh")
                                .step("test", "lint"));

        run.fails("lint", lasting("style")).findsNoPatch().succeeds("lint").succeeds("test");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.reason()).isNull();
    }

    @Test
    void aBreachOfSecurityIsNothingARunCanDoWithout() {
        var run = running(plan().step("scan").dispensable().step("test"));

        run.fails("scan", insecure("key in the log")).succeeds("test");

        assertThat(run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(run.reason()).contains("step scan failed");
    }

    @Test
    void aRunWithoutMoneyDoesNotGoOn() {
        var run =
                Runs.of(
                        plan().withoutWorkspace().step("lint").dispensable().step("test", "lint"),
                        Ladder.V4,
                        limits -> limits);

        run.withExhausted("attempts").fails("lint", Samples.passing("reset"));

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void aStepWithoutSuccessIsNotUndone() {
        var run =
                running(
                        plan().step("lint")
                                .dispensable()
                                .undoable()
                                .step("skip")
                                .when()
                                .undoable()
                                .step("ship", Effects.IDEMPOTENT, "lint", "skip"),
                        "skip");

        run.fails("lint", lasting("style")).findsNoPatch();
        run.fails("ship", lasting("no")).findsNoPatch();

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    }
}
