package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static dev.kintsugi.server.run.machine.Samples.passing;
import static dev.kintsugi.server.run.machine.Samples.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.LateCost;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import org.junit.jupiter.api.Test;

/** What steps say they may cost is set aside while they run. */
class CostTest {
    private static Runs of(Plans plan, long limit) {
        return Runs.of(
                plan,
                Ladder.V4,
                all ->
                        new Limits(
                                all.timeMillis(),
                                limit,
                                all.attempts(),
                                all.attemptsPerStep(),
                                all.approvalMillis()));
    }

    @Test
    void parallelStepsTogetherKeepTheBudget() {
        var plan = plan().step("a").costing(4).step("b").costing(4).step("c").costing(4);
        var run = of(plan, 10);

        assertThat(run.inFlight()).containsExactly("a:1", "b:1");
        run.costing(2).succeeds("a");

        assertThat(run.inFlight()).containsExactly("b:1", "c:1");
        run.succeeds("b", "c");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().costNanoUsd()).isEqualTo(6);
        assertThat(run.state().spent().reservedNanoUsd()).isZero();
    }

    @Test
    void aStepThatCostsNothingNeedNotWait() {
        var run = of(plan().step("a").costing(8).step("b").costing(8).step("free"), 10);

        assertThat(run.inFlight()).containsExactly("a:1", "free:1");
    }

    @Test
    void whatCanNeverBePaidIsNotBegun() {
        var run = of(plan().step("a").costing(8).step("b").costing(8), 10);

        run.costing(3).succeeds("a");

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.dispatched(TaskKind.STEP, "b")).isZero();
        assertThat(run.state().reason()).startsWith("the cost budget of");
    }

    @Test
    void aRetryWaitsForMoneyThatOthersHaveSetAside() {
        var run = of(plan().step("a").costing(6).step("b").costing(4), 10);

        run.costing(3).fails("a", passing("reset"));
        assertThat(run.inFlight()).containsExactly("b:1");
        assertThat(run.notes(Note.Kind.REMARK))
                .contains("waits for money that other steps have set aside");
        run.costing(1).succeeds("b");

        assertThat(run.inFlight()).containsExactly("a:2");
        run.succeeds("a");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aRetryThatCanNeverBePaidEndsTheRun() {
        var run = of(plan().step("a").costing(6), 10);

        run.costing(5).fails("a", passing("reset"));

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().attempts()).isZero();
        assertThat(run.state().reason()).contains("the cost budget");
    }

    @Test
    void noStepTakesTheMoneyThatARepairIsAboutToUse() {
        var run = of(plan().step("a").costing(5).step("b", "free").costing(5).step("free"), 9);

        run.fails("a", lasting("A")).succeeds("free");
        assertThat(run.inFlight()).containsExactly("mend:a:101");
        run.proposes(tree("p1"));
        assertThat(run.inFlight()).containsExactly("a:2");
        run.succeeds("a");

        assertThat(run.inFlight()).containsExactly("b:1");
    }

    @Test
    void passedStepsAreRepeatedAsMoneyAllows() {
        var plan = plan().step("x", Effects.NONE).costing(2).step("y", Effects.NONE).costing(2);
        var run = of(plan.step("build", "x", "y"), 3).costing(0).succeeds("x");
        run.succeeds("y").fails("build", lasting("B")).proposes(tree("p1")).succeeds("build");

        assertThat(run.inFlight()).containsExactly("recheck:x:1");
        run.rechecks("x", null);
        assertThat(run.inFlight()).containsExactly("recheck:y:2");
        run.rechecks("y", null);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aRepetitionThatCanNeverBePaidEndsTheRun() {
        var plan = plan().step("x", Effects.NONE).costing(2).step("build", "x");
        var run = of(plan, 3).costing(2).succeeds("x").costing(0);

        run.fails("build", lasting("B")).proposes(tree("p1")).succeeds("build");

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.dispatched(TaskKind.RECHECK, "x")).isZero();
    }

    @Test
    void whatIsCancelledGivesItsMoneyBack() {
        var run = of(plan().step("a").costing(6), 10);

        run.tell(new CancelRequested("ann"));

        assertThat(run.state().spent().reservedNanoUsd()).isZero();
        assertThat(run.all(RunAction.SettleCost.class))
                .containsExactly(new RunAction.SettleCost(6, 0));
    }

    @Test
    void aRunThatHasEndedStillLearnsWhatItCost() {
        var run = of(plan().step("a").costing(6), 10).tell(new CancelRequested("ann"));

        run.tell(new LateCost(TaskKind.STEP, "a", 1, new Usage(1, 0, 12)));

        assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run.state().costNanoUsd()).isEqualTo(12);
        assertThat(run.notes(Note.Kind.BUDGET_EXHAUSTED)).isEmpty();
    }

    @Test
    void whatWasTakenBackMayUseTheMoneyUpAllTheSame() {
        var run = of(plan().step("a"), 10);

        run.tell(new LateCost(TaskKind.MEND, "a", 1, new Usage(1, 0, 12)));

        assertThat(run.state().failing()).isTrue();
    }

    @Test
    void aTaskThatIsLostKeepsWhatWasSetAsideOnce() {
        var run = of(plan().step("a").costing(6), 10);

        run.loses(TaskKind.STEP).loses(TaskKind.STEP);

        assertThat(run.all(RunAction.ReserveCost.class)).hasSize(1);
        assertThat(run.state().spent().reservedNanoUsd()).isEqualTo(6);
    }
}
