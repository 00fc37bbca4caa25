package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.insecure;
import static dev.kintsugi.server.run.machine.Samples.larger;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static dev.kintsugi.server.run.machine.Samples.passing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.BreakerAnswered;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.Promoted;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.healing.FailureClass;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryTest {
    @Test
    void retriesWhatMayBeTransientUntilItPasses() {
        var run = Runs.of(plan().step("fetch"));

        run.fails("fetch", passing("connection reset"));
        assertThat(run.status()).isEqualTo(RunStatus.REPAIRING);
        run.succeeds("fetch");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().phases().retry()).isEqualTo(1);
        assertThat(run.state().attempts()).isEqualTo(1);
        assertThat(run.all(RunAction.CountRepair.class))
                .singleElement()
                .matches(RunAction.CountRepair::verified);
    }

    @Test
    void everyAttemptIsCountedUnderItsOwnPhase() {
        var run = Runs.of(plan().step("fetch"));

        run.fails("fetch", passing("connection reset")).fails("fetch", passing("broken pipe"));
        run.fails("fetch", lasting("no such file")).proposes(larger("p1"));
        run.succeeds("fetch");

        assertThat(run.all(RunAction.CountAttempt.class))
                .containsExactly(
                        new RunAction.CountAttempt(Phase.RETRY, false),
                        new RunAction.CountAttempt(Phase.RETRY, false),
                        new RunAction.CountAttempt(Phase.PATCH, true));
        assertThat(run.all(RunAction.CountRepair.class)).hasSize(1);
    }

    @Test
    void anAttemptThatIsCutShortCountsAsFailedAndOneThatNeverBeganNotAtAll() {
        var early = Runs.of(plan().step("a")).drawing(7).fails("a", passing("reset"));
        var late = Runs.of(plan().step("a")).drawing(7).fails("a", passing("reset"));

        early.tell(new CancelRequested("ann"));
        late.after(Duration.ofSeconds(2)).tell(new CancelRequested("ann"));

        assertThat(early.all(RunAction.CountAttempt.class)).isEmpty();
        assertThat(late.all(RunAction.CountAttempt.class))
                .containsExactly(new RunAction.CountAttempt(Phase.RETRY, false));
    }

    @Test
    void theSameFailureTwiceInARowIsNotTransient() {
        var run = Runs.of(plan().step("fetch"));

        run.fails("fetch", passing("connection reset"));
        run.fails("fetch", passing("connection reset"));

        assertThat(run.inFlight()).containsExactly("mend:fetch:201");
    }

    @Test
    void retriesAtMostThreeTimesHoweverFailuresVary() {
        var run = Runs.of(plan().step("fetch"));

        for (var failure = 0; failure < 4; failure++) {
            run.fails("fetch", passing("reset " + failure));
        }

        assertThat(run.dispatched(TaskKind.STEP, "fetch")).isEqualTo(4);
        assertThat(run.inFlight()).containsExactly("mend:fetch:401");
    }

    @Test
    void waitsAsLongAsTheOtherSideAskedAndALittleMore() {
        var run = Runs.of(plan().step("fetch"));

        run.fails("fetch", passing("429", Duration.ofMinutes(2)));

        assertThat(run.delay("fetch"))
                .isBetween(Duration.ofMinutes(2), Duration.ofMinutes(2).plusSeconds(1));
    }

    @Test
    void doesNotRetryWhenTheOtherSideAsksForMoreThanTheTimeLeft() {
        var run = Runs.of(plan().step("fetch")).after(Duration.ofMinutes(10));

        run.fails("fetch", passing("429", Duration.ofMinutes(5)));

        assertThat(run.inFlight()).containsExactly("mend:fetch:101");
    }

    @Test
    void backoffIsDrawnFromTheEntropyWithinItsCeiling() {
        var random = new Random(7);
        var longest = Duration.ZERO;
        for (var draw = 0; draw < 500; draw++) {
            var run = Runs.of(plan().step("fetch")).drawing(random.nextLong());
            var ceiling = Duration.ofSeconds(1);
            for (var retry = 0; retry < 3; retry++) {
                run.fails("fetch", passing("reset " + retry));

                assertThat(run.delay("fetch")).isBetween(Duration.ZERO, ceiling);
                longest = longest.compareTo(run.delay("fetch")) > 0 ? longest : run.delay("fetch");
                ceiling = ceiling.multipliedBy(2);
            }
        }

        assertThat(longest).isGreaterThan(Duration.ofMillis(3_900));
    }

    @Test
    void anOpenBreakerSkipsTheRetry() {
        var run = Runs.of(plan().step("fetch")).withOpenBreakers();

        run.fails("fetch", passing("connection reset"));

        assertThat(run.state().attempts()).isZero();
        assertThat(run.inFlight()).containsExactly("mend:fetch:101");
    }

    @Test
    void aBreakersAnswerAboutAnotherClassIsNotTaken() {
        var run = Runs.of(plan().step("fetch")).silently();
        run.fails("fetch", passing("connection reset"));
        var before = run.state();

        run.tell(new BreakerAnswered("fetch", FailureClass.LINT, true));
        assertThat(run.state()).isEqualTo(before);
        run.tell(new BreakerAnswered("fetch", FailureClass.INFRA, true));

        assertThat(run.all(RunAction.AskBudget.class)).hasSize(1);
    }

    @Test
    void theSmallLadderRetriesAndNothingElse() {
        var run =
                Runs.of(
                        plan().step("prepare")
                                .undoable()
                                .step("fetch", "prepare")
                                .orElse("./other.sh"),
                        Ladder.V3,
                        limits -> limits);
        run.succeeds("prepare");

        run.fails("fetch", passing("reset"));
        run.fails("fetch", passing("reset"));

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.dispatched(TaskKind.MEND, "fetch")).isZero();
        assertThat(run.all(RunAction.AskApproval.class)).isEmpty();
    }

    @Test
    void aPromotedRunClimbsTheWholeLadder() {
        var run = Runs.of(plan().step("fetch"), Ladder.V3, limits -> limits);

        run.tell(new Promoted("ann"));
        run.fails("fetch", lasting("broken"));

        assertThat(run.inFlight()).containsExactly("mend:fetch:101");
    }

    @Test
    void securityFailuresGoStraightToApproval() {
        var run = Runs.of(plan().step("deploy").undoable().step("scan", "deploy").orElse("./b"));
        run.succeeds("deploy");

        run.fails("scan", insecure("CVE"));

        assertThat(run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(run.state().waitingFor()).isEqualTo(RunStatus.WaitingFor.APPROVAL);
        assertThat(run.state().attempts()).isZero();
    }

    @Test
    void aStepThatMustNotBeDoneTwiceIsNeverRetriedNorPatched() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).orElse("./payOtherwise.sh"));

        run.fails("pay", passing("timeout"));

        assertThat(run.notes(Note.Kind.REPLANNED)).containsExactly("alternative 1 of 1");
        assertThat(run.task(TaskKind.STEP, "pay").effectKey()).isEqualTo("r1:pay:1");
    }
}
