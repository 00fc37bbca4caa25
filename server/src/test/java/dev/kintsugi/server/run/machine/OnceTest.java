package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static dev.kintsugi.server.run.machine.Samples.late;
import static dev.kintsugi.server.run.machine.Samples.passing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.TaskResult.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Steps that must take effect exactly once, cut short at every point of their lives. */
class OnceTest {

    private static Plans pay() {
        return plan().step("pay", Effects.ONCE);
    }

    private static Plans reconciled() {
        return pay().reconcilable();
    }

    @Test
    void theIntentIsInTheLogWithItsKeyBeforeAnyWorkerCanHaveTheStep() {
        var run = Runs.of(pay());

        var actions = run.all(RunAction.class);
        var intent = actions.stream().filter(a -> isNote(a, Note.Kind.EFFECT_INTENDED)).findFirst();
        assertThat(((RunAction.Tell) intent.orElseThrow()).note().detail()).isEqualTo("r1:pay:0");
        assertThat(run.task(TaskKind.STEP).effectKey()).isEqualTo("r1:pay:0");
        assertThat(actions.indexOf(intent.get()))
                .isLessThan(actions.indexOf(run.all(RunAction.Dispatch.class).getLast()));
    }

    private static boolean isNote(RunAction action, Note.Kind kind) {
        return action instanceof RunAction.Tell(var note) && note.kind() == kind;
    }

    @Test
    void aSuccessIsSettledWithItsReceipt() {
        var run = Runs.of(pay());

        run.tell(new StepSucceeded("pay", 1, "c", null, List.of(), Usage.NONE, "ch_1", null));

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.step("pay").once().receipt()).isEqualTo("ch_1");
        assertThat(run.notes(Note.Kind.EFFECT_SETTLED))
                .containsExactly("took effect, receipt: ch_1");
    }

    @Test
    void lostBeforeAnyWorkerBeganItIsHandedOutAgain() {
        var run = Runs.of(reconciled()).returns("pay");

        assertThat(run.inFlight()).containsExactly("pay:1");
    }

    @Test
    void lostAfterTheReceiptItIsSettledByItAndNotRepeated() {
        var run = Runs.of(reconciled().step("mail", "pay")).losesAnswered("pay", "ch_1");

        assertThat(run.inFlight()).containsExactly("mail:1");
        assertThat(run.dispatched(TaskKind.STEP, "pay")).isEqualTo(1);
        assertThat(run.notes(Note.Kind.EFFECT_SETTLED))
                .containsExactly("took effect, receipt: ch_1");
    }

    @Test
    void lostBetweenEffectAndReceiptItsCommandIsAskedUnderTheSameKey() {
        var run = Runs.of(reconciled()).loses(TaskKind.STEP);

        var asking = run.task(TaskKind.RECONCILE);
        assertThat(asking.key()).isEqualTo("reconcile:r1:pay:1");
        assertThat(asking.effectKey()).isEqualTo("r1:pay:0");
        assertThat(Objects.requireNonNull(asking.definition()).work())
                .isEqualTo(new Work.Exec("./look.sh"));
        assertThat(run.inFlight()).hasSize(1);
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void foundToHaveHappenedItSucceedsWithTheReceipt() {
        var run = Runs.of(reconciled()).loses(TaskKind.STEP).finds("pay", Verdict.HAPPENED);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.step("pay").once().receipt()).isEqualTo("found");
        assertThat(run.dispatched(TaskKind.STEP, "pay")).isEqualTo(1);
    }

    @Test
    void foundNotToHaveHappenedItIsQueuedAgain() {
        var run = Runs.of(reconciled()).loses(TaskKind.STEP).finds("pay", Verdict.DID_NOT_HAPPEN);

        assertThat(run.inFlight()).containsExactly("pay:2");
        assertThat(run.task(TaskKind.STEP).effectKey()).isEqualTo("r1:pay:0");
        assertThat(run.state().attempts()).isZero();
    }

    @Test
    void whereItsCommandCannotTellAHumanIsAskedAndMayAnswer() {
        var run = Runs.of(reconciled()).loses(TaskKind.STEP).finds("pay", Verdict.UNKNOWN);
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);

        run.happened("pay", false).loses(TaskKind.STEP);

        assertThat(run.inFlight()).containsExactly("reconcile:pay:2");
    }

    @Test
    void anAnswerOfAHumanMakesTheCommandsOneUseless() {
        var run = Runs.of(reconciled()).loses(TaskKind.STEP).happened("pay", true);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.inFlight()).isEmpty();
    }

    @Test
    void aCommandThatWorkersKeepLosingCannotTell() {
        var run = Runs.of(reconciled()).loses(TaskKind.STEP);

        for (var loss = 0; loss <= RunMachine.MAX_REDISPATCHES; loss++) {
            assertThat(run.inFlight()).containsExactly("reconcile:pay:1");
            run.loses(TaskKind.RECONCILE);
        }

        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
    }

    @Test
    void aStepThatIsCutShortAgainAndAgainComesBeforeAHuman() {
        var run = Runs.of(reconciled());

        for (var loss = 0; loss <= RunMachine.MAX_REDISPATCHES; loss++) {
            run.loses(TaskKind.STEP).finds("pay", Verdict.DID_NOT_HAPPEN);
        }

        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
        assertThat(run.dispatched(TaskKind.STEP, "pay")).isEqualTo(RunMachine.MAX_REDISPATCHES + 1);
    }

    @Test
    void aTimeoutAfterItsStartIsNoFailureBeforeSomebodyKnows() {
        var run = Runs.of(pay().orElse("./other.sh")).fails("pay", late("no answer"));

        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
        assertThat(run.inFlight()).isEmpty();
        run.happened("pay", true);
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().repair()).isNull();
    }

    @Test
    void aTimeoutThatDidNotHappenIsRetriedWithinTheBudget() {
        var run = Runs.of(reconciled()).fails("pay", late("no answer"));
        assertThat(run.inFlight()).containsExactly("reconcile:pay:1");

        run.finds("pay", Verdict.DID_NOT_HAPPEN);

        assertThat(run.inFlight()).containsExactly("pay:2");
        assertThat(run.status()).isEqualTo(RunStatus.REPAIRING);
        assertThat(run.state().attempts()).isEqualTo(1);
        run.succeeds("pay");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void aFailureOfAStepThatCanBeAskedIsAskedAboutFirst() {
        var run = Runs.of(reconciled().orElse("./other.sh")).fails("pay", lasting("A"));
        assertThat(run.inFlight()).containsExactly("reconcile:pay:1");

        run.finds("pay", Verdict.DID_NOT_HAPPEN).findsNoPatch();

        assertThat(run.task(TaskKind.STEP).effectKey()).isEqualTo("r1:pay:1");
    }

    @Test
    void aFailureOfAStepThatCannotBeAskedIsNeverRetried() {
        var run = Runs.of(pay()).fails("pay", passing("reset"));

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.dispatched(TaskKind.STEP, "pay")).isEqualTo(1);
    }

    @Test
    void aFailureAfterTheReceiptIsNone() {
        var run = Runs.of(pay().orElse("./other.sh"));

        run.tell(new StepFailed("pay", 1, lasting("A"), null, Usage.NONE, "ch_1", null));

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.dispatched(TaskKind.STEP, "pay")).isEqualTo(1);
    }

    @Test
    void timeUpIsSettledByTheReceiptThatIsThere() {
        var run = Runs.of(reconciled().step("mail", "pay")).withReceipt("pay", "ch_1");

        run.after(Duration.ofMinutes(15)).fires(Endings.DEADLINE);

        assertThat(run.step("pay").status()).isEqualTo(StepState.Status.SUCCEEDED);
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.dispatched(TaskKind.STEP, "mail")).isZero();
    }

    @Test
    void aRunThatIsDoneByAReceiptIsNotStoppedForItsTime() {
        var run = Runs.of(pay()).withReceipt("pay", "ch_1");

        run.after(Duration.ofMinutes(15)).fires(Endings.DEADLINE);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void timeUpAsksTheCommandWhatThereIsToUndo() {
        var run = Runs.of(reconciled().undoable().step("mail", Effects.ONCE).reconcilable());

        run.after(Duration.ofMinutes(15)).fires(Endings.DEADLINE);
        assertThat(run.inFlight()).containsExactly("reconcile:pay:1");
        run.finds("pay", Verdict.HAPPENED);

        assertThat(run.approval().undo()).extracting(Approval.Undo::step).containsExactly("pay");
    }

    @Test
    void anotherDefinitionIsAnotherEffect() {
        var run = Runs.of(pay().orElse("./other.sh")).fails("pay", lasting("A"));
        assertThat(run.task(TaskKind.STEP).effectKey()).isEqualTo("r1:pay:1");

        run.losesAnswered("pay", "ch_2");

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.step("pay").once().receipt()).isEqualTo("ch_2");
        assertThat(run.state().repair()).isNull();
    }
}
