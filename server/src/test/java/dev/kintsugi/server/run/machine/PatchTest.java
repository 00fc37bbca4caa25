package dev.kintsugi.server.run.machine;

import static dev.kintsugi.server.run.machine.Plans.plan;
import static dev.kintsugi.server.run.machine.Samples.insecure;
import static dev.kintsugi.server.run.machine.Samples.larger;
import static dev.kintsugi.server.run.machine.Samples.lasting;
import static dev.kintsugi.server.run.machine.Samples.passing;
import static dev.kintsugi.server.run.machine.Samples.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.Patch.Source;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PatchTest {
    @Test
    void theAttemptThatProvesAPatchIsTheStepsSuccess() {
        var run = Runs.of(plan().step("build").step("test", "build"));

        run.fails("build", lasting("missing import")).proposes(tree("p1"));
        assertThat(inputs(run.task(TaskKind.STEP, "build"))).containsExactly("commit-of-p1");
        run.succeeds("build");

        assertThat(run.step("build").commit()).isEqualTo("build@2");
        assertThat(inputs(run.task(TaskKind.STEP, "test"))).containsExactly("commit-of-p1");
        assertThat(run.state().phases().patch()).isEqualTo(1);
        assertThat(learned(run)).containsExactly("p1 true");
    }

    @Test
    void stepsWithoutEffectsMustStillPassUnderThePatch() {
        var run = Runs.of(linted()).succeeds("lint", "other");

        run.fails("build", lasting("broken")).proposes(tree("p1")).succeeds("build");
        assertThat(run.inFlight()).containsExactly("recheck:lint:1");
        assertThat(run.state().completed()).hasSize(2);
        run.rechecks("lint", null);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().attempts()).isEqualTo(1);
    }

    @Test
    void aPatchThatBreaksWhatPassedBeforeIsRejected() {
        var run = Runs.of(linted()).succeeds("lint", "other");

        run.fails("build", lasting("broken")).proposes(tree("p1")).succeeds("build");
        run.rechecks("lint", lasting("line too long"));

        assertThat(learned(run)).containsExactly("p1 false");
        assertThat(run.all(RunAction.CountAttempt.class))
                .containsExactly(new RunAction.CountAttempt(Phase.PATCH, false));
        var mend = Objects.requireNonNull(run.task(TaskKind.MEND).mend());
        assertThat(mend.exclude()).containsExactly("p1");
        assertThat(mend.failure()).isEqualTo(lasting("broken"));
    }

    @Test
    void anAutofixSeesOutputsButNotTheStepsIdempotencyKey() {
        var run =
                Runs.of(
                        plan().step("version")
                                .step("build", "version")
                                .autofix("./pin.sh ${steps.version.output.number}"));

        run.succeeds("version").fails("build", lasting("broken"));

        assertThat(run.task(TaskKind.MEND).outputs()).containsOnlyKeys("version");
        assertThat(run.task(TaskKind.MEND).effectKey()).isEqualTo("r1:build:0:mend");
        run.proposes(tree("p1"));
        assertThat(run.task(TaskKind.STEP, "build").outputs()).isEmpty();
        assertThat(run.task(TaskKind.STEP, "build").effectKey()).isEqualTo("r1:build:0");
    }

    @Test
    void patchesAreTriedInOrderAndNeverTwice() {
        var run = Runs.of(plan().step("build").orElse("./offline.sh"));

        run.fails("build", lasting("broken")).proposes(tree("p1"));
        run.fails("build", lasting("broken")).proposes(tree("p2"));
        run.fails("build", lasting("broken")).proposes(tree("p1"));

        assertThat(run.notes(Note.Kind.PATCH_TRIED))
                .containsExactly("catalogue: patch p1", "catalogue: patch p2");
        assertThat(run.notes(Note.Kind.REPLANNED)).hasSize(1);
    }

    @Test
    void aStepPatchChangesTheStepButNotTheInput() {
        var run = Runs.of(plan().step("test"));

        run.fails("test", lasting("OutOfMemoryError")).proposes(larger("1g"));

        var task = run.task(TaskKind.STEP, "test");
        var definition = Objects.requireNonNull(task.definition());
        assertThat(inputs(task)).isEmpty();
        assertThat(definition.env()).containsEntry("JAVA_TOOL_OPTIONS", "-Xmx1g");
        assertThat(definition.timeout()).isEqualTo(Duration.ofMinutes(10));
        run.succeeds("test");
        assertThat(run.step("test").env()).containsEntry("JAVA_TOOL_OPTIONS", "-Xmx1g");
    }

    @Test
    void aStepPatchThatDoesNotHelpIsTakenBack() {
        var run = Runs.of(plan().step("test"));

        run.fails("test", lasting("OutOfMemoryError")).proposes(larger("1g"));
        run.fails("test", lasting("OutOfMemoryError")).proposes(tree("p2"));

        var definition = Objects.requireNonNull(run.task(TaskKind.STEP, "test").definition());
        assertThat(definition.env()).isEmpty();
        assertThat(run.step("test").env()).isEmpty();
    }

    @Test
    void patchesThatEachGetFurtherAreProvenAndAcceptedTogether() {
        var run = Runs.of(linted()).succeeds("lint", "other");

        run.fails("build", lasting("missing import in A")).proposes(tree("p1"));
        run.fails("build", lasting("missing import in B"));
        var mend = run.task(TaskKind.MEND);
        assertThat(Objects.requireNonNull(mend.mend()).failure())
                .isEqualTo(lasting("missing import in B"));
        assertThat(inputs(mend)).containsExactly("commit-of-p1");
        run.proposes(tree("p2"));
        assertThat(inputs(run.task(TaskKind.STEP, "build")))
                .containsExactly("commit-of-p1", "commit-of-p2");
        run.succeeds("build");
        assertThat(inputs(run.task(TaskKind.RECHECK)))
                .containsExactly("commit-of-p1", "commit-of-p2");
        run.rechecks("lint", null);

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.state().attempts()).isEqualTo(2);
        assertThat(run.all(RunAction.LearnPatch.class))
                .extracting(RunAction.LearnPatch::fingerprint)
                .containsExactly(
                        lasting("missing import in A").fingerprint(),
                        lasting("missing import in B").fingerprint());
        assertThat(learned(run)).containsExactly("p1 true", "p2 true");
    }

    @Test
    void aStackThatLeadsNowhereIsDroppedAndTheStepReplanned() {
        var run = Runs.of(plan().step("build").orElse("./offline.sh"));

        run.fails("build", lasting("A")).proposes(tree("p1"));
        run.fails("build", lasting("B")).findsNoPatch();
        var mend = run.task(TaskKind.MEND);
        assertThat(Objects.requireNonNull(mend.mend()).failure()).isEqualTo(lasting("A"));
        assertThat(inputs(mend)).isEmpty();
        run.findsNoPatch();

        assertThat(learned(run)).containsExactly("p1 false");
        assertThat(inputs(run.task(TaskKind.STEP, "build"))).isEmpty();
        assertThat(run.notes(Note.Kind.REPLANNED)).hasSize(1);
    }

    @Test
    void aPatchThatBringsAnEarlierFailureBackGainsNothing() {
        var run = Runs.of(plan().step("build"));

        run.fails("build", lasting("A")).proposes(tree("p1"));
        run.fails("build", lasting("B")).proposes(tree("p2"));
        run.fails("build", lasting("A"));

        assertThat(learned(run)).containsExactly("p2 false");
        var mend = run.task(TaskKind.MEND);
        assertThat(inputs(mend)).containsExactly("commit-of-p1");
        assertThat(Objects.requireNonNull(mend.mend()).failure()).isEqualTo(lasting("B"));
    }

    @Test
    void aTransientFailureOnTopOfAPatchIsRetriedWithThePatch() {
        var run = Runs.of(plan().step("build"));

        run.fails("build", lasting("A")).proposes(tree("p1"));
        run.fails("build", passing("connection reset"));
        assertThat(inputs(run.task(TaskKind.STEP, "build"))).containsExactly("commit-of-p1");
        run.succeeds("build");

        assertThat(learned(run)).containsExactly("p1 true");
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void theStackIsBoundByTheAttemptsOfTheStep() {
        var run = Runs.of(plan().step("build"));

        run.fails("build", lasting("0"));
        for (var patch = 1; patch <= 5; patch++) {
            run.proposes(tree("p" + patch)).fails("build", lasting("" + patch));
        }

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().reason()).contains("all 5 repair attempts");
        assertThat(learned(run)).hasSize(5).allMatch(line -> line.endsWith("false"));
        assertThat(run.state().patches()).isEmpty();
    }

    @Test
    void aProofThatFailsForReasonsOfSecurityEndsTheRepair() {
        var run = Runs.of(plan().step("build").orElse("./other.sh"));

        run.fails("build", lasting("A")).proposes(tree("p1")).fails("build", insecure("CVE"));

        assertThat(run.state().waitingFor()).isEqualTo(RunStatus.WaitingFor.APPROVAL);
        assertThat(run.state().reason()).contains("CVE");
        assertThat(run.state().repair()).isNull();
    }

    @Test
    void whatAModelWroteReachesNothing() {
        var run = Runs.of(plan().step("build").step("test", "build"));

        run.fails("build", lasting("A")).proposes(tree("p1", Source.MODEL));
        assertThat(run.task(TaskKind.STEP, "build").network()).isEqualTo(Network.NONE);
        run.succeeds("build");

        assertThat(run.task(TaskKind.STEP, "test").network()).isEqualTo(Network.NONE);
    }

    @Test
    void aPatchOfFilesIsNothingToAPlanWithoutWorkspace() {
        var run = Runs.of(plan().withoutWorkspace().step("call"));

        run.fails("call", lasting("A")).proposes(tree("p1"));

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.state().attempts()).isZero();
    }

    @Test
    void passedStepsAreRepeatedOnlyAsFastAsThereIsRoom() {
        var plan = plan();
        for (var step = 0; step < 1_500; step++) {
            plan.step("s" + step, Effects.NONE);
        }
        var run = Runs.of(plan.step("last", "s1499"));
        for (var step = 0; step < 1_500; step++) {
            run.succeeds("s" + step);
        }

        run.fails("last", lasting("A")).proposes(tree("p1")).succeeds("last");
        assertThat(run.state().tasks()).hasSize(RunMachine.MAX_IN_FLIGHT);
        for (var step = 0; step < 1_500; step++) {
            run.rechecks("s" + step, null);
        }

        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    private static Plans linted() {
        return plan().step("lint", Effects.NONE).step("other").step("build", "lint", "other");
    }

    private static List<String> inputs(Task task) {
        return Objects.requireNonNull(task.input()).patches();
    }

    private static List<String> learned(Runs run) {
        return run.all(RunAction.LearnPatch.class).stream()
                .map(learn -> learn.patch().id() + " " + learn.verified())
                .toList();
    }
}
