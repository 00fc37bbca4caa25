package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.conflict;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static dev.kintsugi.server.run.machine.Samples.passing;
import static dev.kintsugi.server.run.machine.Samples.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.Delivered;
import dev.kintsugi.client.event.RunEvent.DeliveryFailed;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.WorkspaceFailed;
import dev.kintsugi.client.event.RunEvent.WorkspaceReady;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.Task.Delivery.Change;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.workspace.WorkspaceException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StoryTest {
    @Test
    void stepsFollowTheirNeeds() {
        var run = Runs.of(plan().step("a").step("b", "a"));

        assertThat(run.inFlight()).containsExactly("a:1");
        run.succeeds("a");
        assertThat(run.inFlight()).containsExactly("b:1");
        assertThat(run.task(TaskKind.STEP, "b").input())
                .isEqualTo(new TaskInput("base", List.of("a@1"), List.of()));
        run.succeeds("b");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void branchesRunInParallelAndMeetInListedOrder() {
        var run = Runs.of(plan().step("a").step("b", "a").step("c", "a").step("d", "c", "b"));

        run.succeeds("a");
        assertThat(run.inFlight()).containsExactly("b:1", "c:1");
        run.succeeds("b", "c");

        assertThat(Objects.requireNonNull(run.task(TaskKind.STEP, "d").input()).results())
                .containsExactly("c@1", "b@1");
    }

    @Test
    void aPlanWithoutWorkspaceNeedsNoInput() {
        var run = Runs.of(plan().withoutWorkspace().delivering().step("call"));

        assertThat(run.task(TaskKind.STEP, "call").input()).isNull();
        run.succeeds("call");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void tenThousandStepsGoThroughAThousandAtATime() {
        var plan = plan();
        for (var step = 0; step < Plan.MAX_STEPS; step++) {
            plan.step("s" + step);
        }
        var run = Runs.of(plan);

        for (var step = 0; step < Plan.MAX_STEPS; step++) {
            assertThat(run.state().tasks().size())
                    .isEqualTo(Math.min(RunMachine.MAX_IN_FLIGHT, Plan.MAX_STEPS - step));
            run.succeeds("s" + step);
        }

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aRepairFindsRoomThoughAThousandAreInFlight() {
        var plan = plan();
        for (var step = 0; step < 2_000; step++) {
            plan.step("s" + step);
        }
        var run = Runs.of(plan).silently();

        run.fails("s0", passing("reset"));
        assertThat(run.state().tasks()).hasSize(RunMachine.MAX_IN_FLIGHT - 1);
    }

    @Test
    void aWorkspaceIsFetchedAtMostThreeTimes() {
        var run = Runs.accepted(plan().step("a"), Ladder.V4, limits -> limits);

        for (var attempt = 0; attempt < 3; attempt++) {
            run.tell(new WorkspaceFailed(passing("connection reset"), Usage.NONE));
        }

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.dispatched(TaskKind.PREPARE, "")).isEqualTo(3);
    }

    @Test
    void alternativesAreTriedInOrderUnderANewEffectKey() {
        var run = Runs.of(plan().step("build").orElse("./one.sh", "./two.sh"));

        run.fails("build", lasting("A")).findsNoPatch();
        var first = run.task(TaskKind.STEP, "build");
        run.fails("build", lasting("A")).findsNoPatch();
        var second = run.task(TaskKind.STEP, "build");

        assertThat(Objects.requireNonNull(first.definition()).work())
                .isEqualTo(new Work.Exec("./one.sh"));
        assertThat(first.effectKey()).isEqualTo("r1:build:1");
        assertThat(Objects.requireNonNull(second.definition()).work())
                .isEqualTo(new Work.Exec("./two.sh"));
        run.succeeds("build");
        assertThat(run.state().phases().replan()).isEqualTo(2);
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aSecondBrokenStepWaitsAndIsTriedFirstOnTheMendedInput() {
        var run = Runs.of(plan().step("a").step("b"));

        run.fails("a", lasting("missing import")).fails("b", lasting("missing import"));
        assertThat(run.inFlight()).containsExactly("mend:a:101");
        run.proposes(tree("p1")).succeeds("a");

        assertThat(run.inFlight()).containsExactly("b:2");
        assertThat(Objects.requireNonNull(run.task(TaskKind.STEP, "b").input()).patches())
                .containsExactly("commit-of-p1");
        run.succeeds("b");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aNeedThatMissedAPatchIsExecutedAgainWhenItCannotBeMerged() {
        var run = Runs.of(plan().step("a").step("b").step("c", "b").step("d", "a", "c"));
        run.fails("b", lasting("A")).proposes(tree("p1")).succeeds("a", "b", "c");

        run.fails("d", conflict("src/A"));
        assertThat(run.inFlight()).containsExactly("a:2");
        assertThat(Objects.requireNonNull(run.task(TaskKind.STEP, "a").input()).patches())
                .containsExactly("commit-of-p1");
        run.succeeds("a");
        assertThat(Objects.requireNonNull(run.task(TaskKind.STEP, "d").input()).results())
                .containsExactly("a@2", "c@1");
        run.succeeds("d");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().completed()).hasSize(4);
        assertThat(run.state().attempts()).isEqualTo(3);
    }

    @Test
    void aConflictIsKnownByTheRuleThatCheckoutsGiveIt() {
        assertThat(Retries.INPUT_CONFLICT).isEqualTo(WorkspaceException.Code.CONFLICT.rule());
    }

    @Test
    void aNeedThatFailsOnTheMergedInputKeepsItsResult() {
        var run = Runs.of(plan().step("a").step("b").step("d", "a", "b").orElse("./alone.sh"));
        run.fails("b", lasting("A")).proposes(tree("p1")).succeeds("a", "b");

        run.fails("d", conflict("src/A")).fails("a", lasting("now broken"));
        assertThat(run.step("a").commit()).isEqualTo("a@1");
        run.findsNoPatch().succeeds("d");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aRunThatHasNoRepairAttemptLeftSaysSo() {
        var run = Runs.of(plan().step("a"), Ladder.V4, l -> limits(l.timeMillis(), 1));

        run.fails("a", passing("one")).fails("a", passing("two"));

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().reason())
                .isEqualTo("the attempts budget of 1 repair attempts is exhausted");
    }

    @Test
    void whatTheLedgerRefusesIsExhausted() {
        var run = Runs.of(plan().step("a")).withExhausted("cost");

        run.fails("a", passing("one"));

        assertThat(run.state().reason()).isEqualTo("the cost budget of 10.00 USD is exhausted");
        assertThat(run.state().attempts()).isZero();
    }

    @Test
    void moneySpentStopsTheRunButNotOneThatIsDone() {
        var plan = plan().step("a").step("b", "a");

        var stopped = Runs.of(plan).costing(11_000_000_000L).succeeds("a");
        var done = Runs.of(plan).succeeds("a").costing(11_000_000_000L).succeeds("b");

        assertThat(stopped.status()).isEqualTo(RunStatus.FAILED);
        assertThat(done.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(done.all(RunAction.SettleCost.class)).hasSize(1);
    }

    @Test
    void moneySpentEndsARepairThatIsUnderWay() {
        var run = Runs.of(plan().step("a").step("b").step("c"));
        run.fails("a", lasting("A"));

        run.costing(11_000_000_000L).succeeds("b");
        assertThat(run.inFlight()).containsExactly("c:1");
        run.succeeds("c");

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().repair()).isNull();
    }

    @Test
    void whatARepairCostsStopsItToo() {
        var searched = Runs.of(plan().step("a").orElse("./b.sh"));
        searched.fails("a", lasting("A")).costing(11_000_000_000L).findsNoPatch();
        var rechecked = Runs.of(plan().step("a", Effects.NONE).step("b", "a").step("c", "b"));
        rechecked.succeeds("a").fails("b", lasting("A")).proposes(tree("p1")).succeeds("b");
        rechecked.costing(11_000_000_000L).rechecks("a", null);

        for (var run : List.of(searched, rechecked)) {
            assertThat(run.status()).isEqualTo(RunStatus.FAILED);
            assertThat(run.state().reason()).isEqualTo("the cost budget of 10.00 USD is exhausted");
            assertThat(run.state().costNanoUsd()).isEqualTo(11_000_000_000L);
        }
        assertThat(searched.state().attempts()).isZero();
    }

    @Test
    void fetchingAndDeliveringTheWorkspaceAreCounted() {
        var run = Runs.accepted(plan().delivering().step("a"), Ladder.V4, limits -> limits);

        run.tell(new WorkspaceReady("base", List.of(), new Usage(1, 1, 5))).succeeds("a");
        run.tell(new DeliveryFailed(passing("reset"), new Usage(1, 1, 7)));
        run.tell(new Delivered("kintsugi/r1", "tip", new Usage(1, 1, 11_000_000_000L)));

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().costNanoUsd()).isEqualTo(11_000_000_012L);
    }

    @Test
    void timeUpStopsEverythingThatIsInFlight() {
        var run = Runs.of(plan().step("a").step("b", "a"));

        run.after(Duration.ofMinutes(14)).fires(Endings.DEADLINE);
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
        run.after(Duration.ofMinutes(1)).fires(Endings.DEADLINE);

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.inFlight()).isEmpty();
        assertThat(run.state().reason()).isEqualTo("the time budget of 900 s is exhausted");
    }

    @Test
    void timeUpForgetsNoEffectThatMayHaveHappened() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).undoable().step("mail", Effects.ONCE));

        run.after(Duration.ofMinutes(15)).fires(Endings.DEADLINE);

        assertThat(run.inFlight()).isEmpty();
        assertThat(run.step("pay").status()).isEqualTo(StepState.Status.EFFECT_UNKNOWN);
        assertThat(run.step("mail").status()).isEqualTo(StepState.Status.EFFECT_UNKNOWN);
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
        assertThat(run.reason())
                .startsWith("the time budget of 900 s is exhausted; nobody knows whether pay took");
        run.happened("pay", true);
        assertThat(run.approval().undo()).extracting(Approval.Undo::step).containsExactly("pay");
        assertThat(run.reason()).isEqualTo("the time budget of 900 s is exhausted");
    }

    @Test
    void timeUpAsksNobodyAboutAStepThatNoWorkerEverHad() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).undoable().step("mail", Effects.ONCE));

        run.withNobodyFor("pay").after(Duration.ofMinutes(15)).fires(Endings.DEADLINE);

        assertThat(run.inFlight()).isEmpty();
        assertThat(run.step("pay").status()).isEqualTo(StepState.Status.FAILED);
        assertThat(run.step("mail").status()).isEqualTo(StepState.Status.EFFECT_UNKNOWN);
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void timeUpStopsWhatIsInFlightOfAFailingRunToo() {
        var run = Runs.of(plan().step("a").step("b"));
        run.fails("a", lasting("A")).findsNoPatch();
        assertThat(run.inFlight()).containsExactly("b:1");

        run.after(Duration.ofMinutes(15)).fires(Endings.DEADLINE);

        assertThat(run.inFlight()).isEmpty();
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().reason()).startsWith("step a failed: A");
    }

    @Test
    void whatIsDoneIsDeliveredHoweverLate() {
        var run = Runs.of(plan().delivering().step("a")).succeeds("a");

        run.after(Duration.ofMinutes(15)).fires(Endings.DEADLINE);
        assertThat(run.inFlight()).containsExactly("deliver::1");
        run.tell(new Delivered("kintsugi/r1", "tip", Usage.NONE));

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aRetryThatIsStillWaitedForIsGivenBack() {
        var early = Runs.of(plan().step("a")).drawing(7).fails("a", passing("reset"));
        var late = Runs.of(plan().step("a")).drawing(7).fails("a", passing("reset"));
        assertThat(early.delay("a")).isPositive();

        early.tell(new CancelRequested("ann"));
        late.after(Duration.ofSeconds(2)).tell(new CancelRequested("ann"));

        assertThat(early.state().attempts()).isZero();
        assertThat(early.state().phases().retry()).isZero();
        assertThat(early.all(RunAction.ReleaseAttempt.class)).hasSize(1);
        assertThat(late.state().attempts()).isEqualTo(1);
        assertThat(late.all(RunAction.ReleaseAttempt.class)).isEmpty();
        assertThat(late.all(RunAction.SettleAttempt.class)).hasSize(1);
    }

    @Test
    void aMissedServiceLevelIsRecordedOnce() {
        var run = Runs.of(plan().step("a"), Ladder.V4, _ -> limits(3_600_000, 10));

        run.after(Duration.ofMinutes(15)).fires(Endings.SLO).fires(Endings.SLO);

        assertThat(run.notes(Note.Kind.SLO_BREACHED))
                .containsExactly("the normal service level of 900 s was missed");
        run.succeeds("a");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aLostTaskIsHandedOutAgainWithoutCounting() {
        var run = Runs.of(plan().step("a"));

        for (var loss = 0; loss < RunMachine.MAX_REDISPATCHES; loss++) {
            run.loses(TaskKind.STEP);
        }
        assertThat(run.inFlight()).containsExactly("a:1");
        assertThat(run.state().attempts()).isZero();
        run.loses(TaskKind.STEP);

        assertThat(Objects.requireNonNull(run.step("a").failure()).failureClass())
                .isEqualTo(dev.kintsugi.healing.FailureClass.INFRA);
        assertThat(run.status()).isEqualTo(RunStatus.REPAIRING);
    }

    @Test
    void aLostStepThatMayHaveHappenedWaitsWhenNothingElseCanProceed() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).step("mail"));

        run.loses(TaskKind.STEP, "pay");
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
        run.succeeds("mail");
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
        assertThat(run.reason())
                .isEqualTo(
                        "nobody knows whether pay took effect; answer with kintsugi resume r1"
                                + " --step pay --happened or --no-happened");
        assertThat(run.all(RunAction.AskEffects.class))
                .containsExactly(
                        new RunAction.AskEffects(List.of("pay"), String.valueOf(run.reason())));
        run.happened("pay", true);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.dispatched(TaskKind.STEP, "pay")).isEqualTo(1);
    }

    @Test
    void aStepThatAWorkerNeverBeganIsHandedOutAgainWithoutAQuestion() {
        var run = Runs.of(plan().step("pay", Effects.ONCE));

        run.returns("pay");

        assertThat(run.inFlight()).containsExactly("pay:1");
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void aStepThatDidNotHappenIsDoneOnceMore() {
        var run = Runs.of(plan().step("pay", Effects.ONCE)).loses(TaskKind.STEP);

        run.happened("pay", false);
        assertThat(run.inFlight()).containsExactly("pay:2");
        run.succeeds("pay");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().reason()).isNull();
    }

    @Test
    void aLostAlternativeThatMayHaveHappenedEndsItsRepairWhenAnswered() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).orElse("./other.sh"));

        run.fails("pay", lasting("A")).loses(TaskKind.STEP);
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
        run.happened("pay", false);
        assertThat(run.status()).isEqualTo(RunStatus.REPAIRING);
        run.loses(TaskKind.STEP).happened("pay", true);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().repair()).isNull();
    }

    @Test
    void cancelReachesARunWhereverItStands() {
        var undoable = plan().step("a").undoable().step("b", "a");
        var lives =
                List.of(
                        Runs.untouched(undoable),
                        Runs.accepted(undoable, Ladder.V4, limits -> limits),
                        Runs.of(undoable),
                        Runs.of(undoable).fails("a", lasting("A")),
                        Runs.of(undoable).succeeds("a").fails("b", lasting("A")).findsNoPatch(),
                        Runs.of(undoable)
                                .succeeds("a")
                                .fails("b", lasting("A"))
                                .findsNoPatch()
                                .approves());
        assertThat(lives)
                .extracting(Runs::status)
                .containsExactly(
                        RunStatus.QUEUED,
                        RunStatus.QUEUED,
                        RunStatus.RUNNING,
                        RunStatus.REPAIRING,
                        RunStatus.WAITING,
                        RunStatus.ROLLING_BACK);

        for (var run : lives) {
            run.tell(new CancelRequested("ann"));

            assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
            assertThat(run.state().reason()).isEqualTo("cancelled by ann");
            assertThat(run.inFlight()).isEmpty();
        }
    }

    @Test
    void whatIsStaleChangesNothing() {
        var run = Runs.of(plan().step("a").step("b", "a")).succeeds("a");
        var before = run.state();

        run.tell(new StepSucceeded("a", 1, "other", null, List.of(), Usage.NONE));
        run.tell(new StepSucceeded("b", 7, "other", null, List.of(), Usage.NONE));
        run.tell(new RunAccepted("plan", Ladder.V3, Runs.LIMITS));
        run.happened("b", true).answers("hash", true);

        assertThat(run.state()).isEqualTo(before);
    }

    @Test
    void workIsDeliveredInTheOrderInWhichItWasDone() {
        var run = Runs.of(plan().delivering().step("a").step("b", "a"));

        run.succeeds("a").fails("b", lasting("A")).proposes(tree("p1")).succeeds("b");
        var delivery = Objects.requireNonNull(run.task(TaskKind.DELIVER).delivery());
        assertThat(delivery.branch()).isEqualTo("kintsugi/r1");
        assertThat(delivery.changes())
                .extracting(Change::commit)
                .containsExactly("a@1", "commit-of-p1", "b@2");
        assertThat(delivery.changes().get(1).message())
                .startsWith("Mend b: patch p1")
                .contains("Kintsugi-Patch: catalogue p1", "Kintsugi-Proof: attempt 2 passed");
        run.tell(new DeliveryFailed(passing("reset"), Usage.NONE));
        run.tell(new Delivered("kintsugi/r1", "tip", Usage.NONE));

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().branch()).isEqualTo("kintsugi/r1");
    }

    private static Limits limits(long timeMillis, int attempts) {
        return new Limits(timeMillis, 10_000_000_000L, attempts, 5, 3_600_000);
    }
}
