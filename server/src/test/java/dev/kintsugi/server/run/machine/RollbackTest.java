package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.insecure;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.run.RunView.Approval.Undo;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RollbackTest {
    @Test
    void undoesInReverseOrderOnceEach() {
        var run = broken();

        run.approves();
        assertThat(run.inFlight()).containsExactly("undo:b:1");
        assertThat(run.task(TaskKind.UNDO).effectKey()).isEqualTo("r1:b:0:undo");
        run.undoes("b", null);
        assertThat(run.inFlight()).containsExactly("undo:a:1");
        run.undoes("a", null);

        assertThat(run.status()).isEqualTo(RunStatus.ROLLED_BACK);
        assertThat(run.step("a").status()).isEqualTo(StepState.Status.UNDONE);
        assertThat(run.state().phases().rollback()).isEqualTo(1);
    }

    @Test
    void asksForWhatWouldBeUndone() {
        var run = broken();

        assertThat(run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.APPROVAL);
        assertThat(run.approval().undo())
                .containsExactly(new Undo("b", "./unb.sh"), new Undo("a", "./una.sh"));
        assertThat(run.approval().reason()).contains("step last failed: boom");
        assertThat(run.approval().hash()).hasSize(64);
    }

    @Test
    void anAnswerToSomethingElseIsIgnored() {
        var run = broken();

        run.answers("another hash", true);

        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.APPROVAL);
        assertThat(run.inFlight()).isEmpty();
    }

    @Test
    void aDeniedRollbackLeavesTheRunFailed() {
        var run = broken();

        run.denies().approves();

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().reason()).endsWith("rollback denied by ann");
        assertThat(run.inFlight()).isEmpty();
    }

    @Test
    void aRequestLapses() {
        var run = broken();

        run.after(Duration.ofHours(23)).fires(Endings.APPROVAL);
        assertThat(run.status()).isEqualTo(RunStatus.WAITING);
        run.after(Duration.ofHours(1)).fires(Endings.APPROVAL);

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void anAnswerThatComesTooLateIsNone() {
        var run = broken();

        run.after(Duration.ofHours(24)).approves();

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.dispatched(TaskKind.UNDO, "b")).isZero();
    }

    @Test
    void aFailingUndoStopsWithWhatIsLeft() {
        var run = broken();

        run.approves().undoes("b", null);
        for (var attempt = 0; attempt < Endings.MAX_UNDO_TRIES; attempt++) {
            run.undoes("a", lasting("cannot undo"));
        }

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().reason())
                .contains("undo of step a failed: cannot undo; still to be undone: a");
    }

    @Test
    void aLostUndoGoesOnWhereItWas() {
        var run = broken();

        run.approves().loses(TaskKind.UNDO);
        assertThat(run.inFlight()).containsExactly("undo:b:1");
        run.undoes("b", null).loses(TaskKind.UNDO).undoes("a", null);

        assertThat(run.status()).isEqualTo(RunStatus.ROLLED_BACK);
        assertThat(run.dispatched(TaskKind.UNDO, "b")).isEqualTo(2);
    }

    @Test
    void waitsForWhatIsInFlightBeforeItAsks() {
        var run = Runs.of(plan().step("a").undoable().step("b").undoable().step("c"));
        run.succeeds("a");

        run.fails("c", lasting("boom")).findsNoPatch();
        assertThat(run.inFlight()).containsExactly("b:1");
        run.succeeds("b");

        assertThat(run.approval().undo()).extracting(Undo::step).containsExactly("b", "a");
    }

    @Test
    void asksFirstWhatHappenedWhenThatDecidesWhatToUndo() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).undoable().step("mail"));
        run.loses(TaskKind.STEP, "pay");

        run.fails("mail", lasting("boom")).findsNoPatch();
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.EFFECT_UNKNOWN);
        assertThat(run.reason()).contains("boom", "whether pay took effect", "--step pay");
        run.happened("pay", true);

        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.APPROVAL);
        assertThat(run.approval().undo()).extracting(Undo::step).containsExactly("pay");
        assertThat(run.state().reason()).contains("boom");
    }

    @Test
    void aFailingRunBeginsNothingThatDidNotHappen() {
        var run = Runs.of(plan().step("pay", Effects.ONCE).step("a").undoable().step("mail"));
        run.succeeds("a").loses(TaskKind.STEP, "pay");
        run.fails("mail", lasting("boom")).findsNoPatch();

        run.happened("pay", false);

        assertThat(run.inFlight()).isEmpty();
        assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.APPROVAL);
    }

    @Test
    void nothingToUndoMeansNothingToAsk() {
        var run = Runs.of(plan().step("a").step("last", "a")).succeeds("a");

        run.fails("last", lasting("boom")).findsNoPatch();

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().reason())
                .isEqualTo("step last failed: boom; no patch and no alternative is left");
    }

    @Test
    void aRollbackIsBroughtToItsEndHoweverLate() {
        var run = broken().approves();

        run.after(Duration.ofMinutes(16)).fires(Endings.DEADLINE);
        run.undoes("b", null).undoes("a", null);

        assertThat(run.status()).isEqualTo(RunStatus.ROLLED_BACK);
    }

    @Test
    void aBreachOfSecurityIsAHumansToJudgeThoughNothingCanBeUndone() {
        var approved = Runs.of(plan().step("scan").orElse("./other.sh"));
        var denied = Runs.of(plan().step("scan"));

        for (var run : List.of(approved, denied)) {
            run.fails("scan", insecure("leak"));
            assertThat(run.inFlight()).isEmpty();
            assertThat(run.state().waitingFor()).isEqualTo(WaitingFor.APPROVAL);
            assertThat(run.approval().undo()).isEmpty();
            assertThat(run.state().attempts()).isZero();
        }
        approved.approves();
        denied.denies();

        assertThat(approved.status()).isEqualTo(RunStatus.ROLLED_BACK);
        assertThat(denied.status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void theAutoFixLadderAsksNobodyAfterABreachOfSecurity() {
        var run = Runs.of(plan().step("scan"), Ladder.V3, limits -> limits);

        run.fails("scan", insecure("leak"));

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void anApprovalBindsToAllThatWouldBeDone() {
        var plans =
                List.of(
                        undoing("./undo.sh", "A", "1"),
                        undoing("./undo.sh --all", "A", "1"),
                        undoing("./undo.sh", "B", "1"),
                        undoing("./undo.sh", "A", "2"));
        var hashes = new TreeSet<String>();

        for (var plan : plans) {
            hashes.add(asked(plan, "commit-1", "output-1").approval().hash());
        }
        hashes.add(asked(plans.getFirst(), "commit-2", "output-1").approval().hash());
        hashes.add(asked(plans.getFirst(), "commit-1", "output-2").approval().hash());

        assertThat(hashes).hasSize(plans.size() + 2);
        assertThat(asked(plans.getFirst(), "commit-1", "output-1").approval().hash()).isIn(hashes);
    }

    private static Plans undoing(String command, String variable, String value) {
        var text = value + " ${steps.first.output.id}";
        return plan().step("first")
                .step("a", "first")
                .undoable(command, variable, text)
                .step("last", "a");
    }

    private static Runs asked(Plans plan, String commit, String output) {
        return Runs.of(plan)
                .tell(new StepSucceeded("first", 1, null, output, List.of(), Usage.NONE))
                .tell(new StepSucceeded("a", 1, commit, null, List.of(), Usage.NONE))
                .fails("last", lasting("boom"))
                .findsNoPatch();
    }

    @Test
    void theClockStandsStillWhileAHumanIsWaitedFor() {
        var run =
                Runs.of(plan().step("a").undoable().step("last", "a"), Ladder.V4, limits -> limits)
                        .after(Duration.ofMinutes(1))
                        .succeeds("a")
                        .fails("last", lasting("boom"))
                        .findsNoPatch();

        run.after(Duration.ofHours(5)).fires(Endings.DEADLINE).fires(Endings.SLO).approves();

        assertThat(run.status()).isEqualTo(RunStatus.ROLLING_BACK);
        assertThat(run.state().clock().spentMillis()).isEqualTo(60_000);
        assertThat(run.state().sloBreached()).isFalse();
    }

    private static Runs broken() {
        return Runs.of(
                        plan().step("a")
                                .undoable()
                                .step("b", "a")
                                .undoable()
                                .step("c", "b")
                                .step("last", "c"))
                .succeeds("a", "b", "c")
                .fails("last", lasting("boom"))
                .findsNoPatch();
    }
}
