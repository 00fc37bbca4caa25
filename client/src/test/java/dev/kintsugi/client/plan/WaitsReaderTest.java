package dev.kintsugi.client.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class WaitsReaderTest {
    private static final String HEAD = "plan: 1\nname: p\nsteps:\n";

    private static PlanReading read(String... steps) {
        return PlanReader.read(HEAD + String.join("\n", steps) + "\n", "p.yaml");
    }

    private static Waits waits(String fields) {
        var reading = read("  - {id: a, exec: x, " + fields + "}");
        assertThat(reading).isInstanceOf(PlanReading.Accepted.class);
        var step = ((PlanReading.Accepted) reading).plan().steps().getFirst();
        return Objects.requireNonNull(step.waits());
    }

    private static String problems(String... steps) {
        var reading = read(steps);
        assertThat(reading).isInstanceOf(PlanReading.Rejected.class);
        return ((PlanReading.Rejected) reading).problems().toString();
    }

    @Test
    void readsALockAsASemaphoreOfOne() {
        var waits = waits("locks: [db]");

        assertThat(waits.locks()).containsExactly(new Lock("db", 1, 1, false));
        assertThat(waits.runs()).isEmpty();
        assertThat(waits.patience()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void readsSemaphoresRunsAndPatience() {
        var waits =
                waits(
                        "locks: [{name: lab/gpu, permits: 2, limit: 4, keep: true}], needsRun: [r-1, {key: nightly}], patience: 10m");

        assertThat(waits.locks()).containsExactly(new Lock("lab/gpu", 2, 4, true));
        assertThat(waits.runs())
                .isEqualTo(List.of(new NeededRun("r-1", null), new NeededRun(null, "nightly")));
        assertThat(waits.patience()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void aStepThatWaitsForNothingSaysNothing() {
        var reading = (PlanReading.Accepted) read("  - {id: a, exec: x}");

        assertThat(reading.plan().steps().getFirst().waits()).isNull();
    }

    @Test
    void refusesWhatCanNeverBeGivenAndSaysWhere() {
        assertThat(problems("  - {id: a, exec: x, locks: [{name: gpu, permits: 3, limit: 2}]}"))
                .contains("steps[0].locks[0]", "it would wait for ever");
        assertThat(problems("  - {id: a, exec: x, locks: [db, db]}")).contains("listed twice");
        assertThat(problems("  - {id: a, exec: x, locks: ['a b']}")).contains("no name of a lock");
        assertThat(problems("  - {id: a, exec: x, locks: [{name: g, limit: 10001}]}"))
                .contains("from 1 to 10,000");
        assertThat(problems("  - {id: a, exec: x, needsRun: ['r 1']}")).contains("needsRun[0]");
        assertThat(problems("  - {id: a, exec: x, patience: 5m}")).contains("to wait for");
        assertThat(problems("  - {id: a, exec: x, locks: [db], patience: 169h}")).contains("168h");
    }

    @Test
    void refusesALockThatAnEarlierStepKeepsWithTheCycle() {
        var problems =
                problems(
                        "  - {id: deploy, exec: x, locks: [{name: staging, keep: true}]}",
                        "  - {id: test, exec: x, needs: [deploy], locks: [staging]}");

        assertThat(problems)
                .contains(
                        "steps[1].locks[0]",
                        "cycle: test -> lock staging, which deploy keeps until the run ends -> test");
    }

    @Test
    void refusesTwoStepsThatKeepTheSameLockWhicheverIsFirst() {
        var problems =
                problems(
                        "  - {id: a, exec: x, locks: [{name: l, keep: true}]}",
                        "  - {id: b, exec: x, locks: [{name: l, keep: true}]}");

        assertThat(problems).contains("cycle: a -> lock l", "cycle: b -> lock l");
    }

    @Test
    void warnsWhereTheOrderDecides() {
        var reading =
                read(
                        "  - {id: a, exec: x, locks: [{name: l, keep: true}]}",
                        "  - {id: b, exec: x, locks: [l]}");

        assertThat(reading).isInstanceOf(PlanReading.Accepted.class);
        assertThat(((PlanReading.Accepted) reading).warnings().toString())
                .contains("let a need this step");
    }

    @Test
    void allowsWhatFitsTogetherOrComesBefore() {
        assertThat(
                        read(
                                "  - {id: a, exec: x, locks: [{name: l, limit: 2, keep: true}]}",
                                "  - {id: b, exec: x, needs: [a], locks: [{name: l, limit: 2}]}"))
                .isInstanceOf(PlanReading.Accepted.class);
        assertThat(
                        read(
                                "  - {id: a, exec: x, locks: [l]}",
                                "  - {id: b, exec: x, needs: [a], locks: [{name: l, keep: true}]}"))
                .isInstanceOf(PlanReading.Accepted.class);
    }
}
