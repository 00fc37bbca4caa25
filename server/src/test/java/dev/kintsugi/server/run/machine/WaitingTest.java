package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static dev.kintsugi.server.run.machine.Samples.passing;
import static dev.kintsugi.server.run.machine.Samples.waited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Lock;
import dev.kintsugi.client.plan.NeededRun;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.client.task.TaskKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingTest {
    private static final Lock DB = new Lock("db", 1, 1, false);
    private static final Lock STAGING = new Lock("staging", 1, 1, true);
    private static final Obstacle HELD = new Obstacle("db", List.of("r-9"));

    private static Runs run(Plans plan) {
        return Runs.of(plan.withoutWorkspace());
    }

    @Test
    void asksForLocksAndHandsTheStepOutWhenItHasThem() {
        var run = run(plan().step("a").locking(DB));

        assertThat(run.inFlight()).isEmpty();
        assertThat(run.asking("a").waits().locks()).containsExactly(DB);
        run.endsWait("a", null);

        assertThat(run.inFlight()).containsExactly("a:1");
        run.succeeds("a");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.gaveBack()).containsExactly("*");
    }

    @Test
    void theRunWaitsForALockOnlyWhenNothingElseGoesOn() {
        var run = run(plan().step("a").locking(DB).step("b"));

        run.waits("a", HELD);
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
        run.succeeds("b");

        assertThat(run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.LOCK);
        assertThat(run.reason()).contains("a: kintsugi waits tells for which locks");
        assertThat(run.notes(Note.Kind.REMARK)).contains("waits for lock db, before it: run r-9");
    }

    @Test
    void workingTimeStandsStillWhileAllOfTheRunWaits() {
        var run = run(plan().step("a").locking(DB));

        run.waits("a", HELD).after(Duration.ofHours(5)).fires(Endings.DEADLINE);
        run.endsWait("a", null);

        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(run.state().clock().spentMillis(run.now())).isZero();
    }

    @Test
    void waitsForOtherRunsBeforeTheFirstAttemptOnly() {
        var needed = new NeededRun("r-1", null);
        var waits = new Waits(List.of(), List.of(needed), Duration.ofHours(1));
        var run = run(plan().step("a").waiting(waits));

        run.waits("a", new Obstacle(null, List.of("r-1")));
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.RUN);
        run.endsWait("a", null).fails("a", passing("reset"));

        assertThat(run.inFlight()).containsExactly("a:2");
        assertThat(run.all(RunAction.AskWaits.class)).hasSize(1);
    }

    @Test
    void holdsItsLocksWhileItIsRepairedAndGivesThemBackOnce() {
        var run = run(plan().step("a").locking(DB).step("b", "a"));

        run.endsWait("a", null).fails("a", passing("reset"));
        assertThat(run.gaveBack()).isEmpty();
        run.succeeds("a");

        assertThat(run.gaveBack()).containsExactly("a");
        run.succeeds("b");
        assertThat(run.gaveBack()).containsExactly("a");
    }

    @Test
    void keepsWhatItKeepsUntilTheRunEnds() {
        var run = run(plan().step("a").locking(DB, STAGING).step("b", "a"));

        run.endsWait("a", null).succeeds("a");
        assertThat(run.gaveBack()).containsExactly("a");
        run.succeeds("b");

        assertThat(run.gaveBack()).containsExactly("a", "*");
    }

    @Test
    void aRefusedWaitEndsTheRunWithoutRepairsOrABreakerHearingOfIt() {
        var run = run(plan().step("a").locking(DB).orElse("./other.sh"));

        run.waits("a", HELD).endsWait("a", waited());

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.reason()).contains("step a failed: deadlock: a, b, a");
        assertThat(run.state().attempts()).isZero();
        assertThat(run.all(RunAction.RecordOutcome.class)).isEmpty();
        assertThat(run.dispatched(TaskKind.STEP, "a")).isZero();
    }

    @Test
    void aFailingRunAsksForNothingAnyMore() {
        var run = run(plan().step("a").locking(DB).step("b"));

        run.waits("a", HELD).fails("b", lasting("broken")).findsNoPatch();

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.gaveBack()).containsExactly("*");
        assertThat(run.step("a").status()).isEqualTo(StepState.Status.PENDING);
    }

    @Test
    void aCancelledRunGivesEverythingBack() {
        var held = run(plan().step("a").locking(DB)).endsWait("a", null);
        var waiting = run(plan().step("a").locking(DB)).waits("a", HELD);

        held.tell(new CancelRequested("ann"));
        waiting.tell(new CancelRequested("ann"));

        assertThat(held.gaveBack()).containsExactly("*");
        assertThat(waiting.gaveBack()).containsExactly("*");
        assertThat(waiting.status()).isEqualTo(RunStatus.CANCELLED);
    }

    @Test
    void anAnswerToAnEarlierAskingChangesNothing() {
        var run = run(plan().step("a").locking(DB));

        run.tell(new WaitEnded("a", run.asking("a").number() - 1, 0, null));
        run.tell(new WaitEnded("nobody", 1, 0, null));

        assertThat(run.inFlight()).isEmpty();
    }

    @Test
    void undoingAStepTakesItsLocksAgain() {
        var run =
                run(plan().step("a").locking(DB).undoable().step("b", "a").orElse())
                        .endsWait("a", null)
                        .succeeds("a")
                        .fails("b", lasting("broken"))
                        .findsNoPatch();
        var first = run.asking("a").number();

        run.approves();
        assertThat(run.inFlight()).isEmpty();
        assertThat(run.asking("a").number()).isGreaterThan(first);
        run.endsWait("a", null);

        assertThat(run.inFlight()).containsExactly("undo:a:1");
        run.undoes("a", null);
        assertThat(run.status()).isEqualTo(RunStatus.ROLLED_BACK);
    }

    @Test
    void aPeopleQuestionIsAskedEvenWhileAnotherStepWaits() {
        var run = run(plan().step("a", Effects.ONCE).step("b").locking(DB)).waits("b", HELD);

        run.loses(TaskKind.STEP, "a");

        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
        run.happened("a", true).endsWait("b", null).succeeds("b");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aSnapshotKeepsWhatIsWaitedForAndHeld() {
        var run = run(plan().step("a").locking(DB).step("b").locking(STAGING));
        run.waits("a", HELD).endsWait("b", null);

        var bytes = Snapshots.write(run.state(), Envelope.CURRENT_RULES);

        assertThat(Snapshots.read(bytes, Envelope.CURRENT_RULES)).isEqualTo(run.state());
    }
}
