package dev.kintsugi.server.run.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    private static final int RULES = Envelope.CURRENT_RULES;

    @Test
    void everyStateOfRandomRunsReadsBackAsItWas() {
        for (var seed = 1L; seed <= 150; seed++) {
            Walk.live(
                    seed,
                    (turn, _) -> {
                        var state = turn.decision().state();
                        var read = Snapshots.read(Snapshots.write(state, RULES), RULES);
                        assertThat(read).isEqualTo(state);
                    });
        }
    }

    @Test
    void aRunReadBackGoesOnAsItWould() {
        for (var seed = 1L; seed <= 150; seed++) {
            Walk.live(
                    seed,
                    (turn, _) -> {
                        var read = Snapshots.read(Snapshots.write(turn.before(), RULES), RULES);
                        assertThat(turn.by().decide(read, turn.envelope(), turn.event()))
                                .isEqualTo(turn.decision());
                    });
        }
    }

    /** The largest state: everything has run, in random order, and all that is in flight failed. */
    @Test
    void theLargestStateStaysUnderOneMebibyte() {
        var random = new Random(1);
        var plan = Plans.plan();
        for (var step = 0; step < Plan.MAX_STEPS; step++) {
            plan.step("step-with-a-long-name-" + step);
        }
        var run = Runs.of(plan);
        while (run.state().completed().size() < Plan.MAX_STEPS - RunMachine.MAX_IN_FLIGHT) {
            var id = any(run, random);
            run.tell(
                    new StepSucceeded(
                            id, 1, hex(random, 40), hex(random, 64), List.of(), Usage.NONE));
        }
        while (run.state().tasks().values().stream().anyMatch(t -> t.kind() == TaskKind.STEP)) {
            run.tell(
                    new StepFailed(
                            any(run, random), 1, failure(random), hex(random, 64), Usage.NONE));
        }

        var bytes = Snapshots.write(run.state(), RULES);

        System.out.printf("a snapshot of %d steps: %d bytes%n", Plan.MAX_STEPS, bytes.length);
        assertThat(run.state().broken()).hasSize(RunMachine.MAX_IN_FLIGHT - 1);
        assertThat(bytes).hasSizeLessThan(1 << 20);
        assertThat(Snapshots.read(bytes, RULES)).isEqualTo(run.state());
    }

    @Test
    void whatIsNoSnapshotIsRefused() {
        var bytes = Snapshots.write(RunState.initial(), RULES);

        assertThatIllegalArgumentException().isThrownBy(() -> Snapshots.read(new byte[9], RULES));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Snapshots.read(java.util.Arrays.copyOf(bytes, bytes.length / 2), RULES));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Snapshots.read(bytes, RULES + 1))
                .withMessageContaining("rules");
    }

    private static String any(Runs run, Random random) {
        var tasks = new ArrayList<>(run.state().tasks().values());
        Collections.shuffle(tasks, random);
        var step = tasks.stream().filter(t -> t.kind() == TaskKind.STEP).findFirst().orElseThrow();
        return run.course().step(step.step()).id();
    }

    private static String hex(Random random, int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(Character.forDigit(random.nextInt(16), 16));
        }
        return text.toString();
    }

    private static String text(Random random, int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append((char) (' ' + random.nextInt(95)));
        }
        return text.toString();
    }

    private static Failure failure(Random random) {
        var captures = new TreeMap<String, String>();
        for (var capture = 0; capture < 16; capture++) {
            captures.put("capture" + capture, text(random, 300));
        }
        return new Failure(
                FailureCategory.UNKNOWN,
                FailureClass.TEST,
                Severity.HIGH,
                "javac-missing-symbol",
                hex(random, 16),
                text(random, 500),
                false,
                null,
                captures);
    }
}
