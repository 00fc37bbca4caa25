package dev.kintsugi.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Bugs that are planted, to see the simulation find them. */
final class SimulationPlantsTest {
    private static final int SEEDS = 1_000;

    @Test
    void findsAQueueThatHonoursAnyFencingToken() {
        var found = find(Plants.NONE.withTasks(Bugs::withoutFence));

        assertThat(found).contains("although token");
    }

    @Test
    void findsAnInboxThatIsDrainedOutsideOfTheTransaction() {
        var found = find(Plants.NONE.withRuns(Bugs::drainedForGood));

        assertThat(found).contains("nothing will move it");
    }

    @Test
    void findsASweeperThatIgnoresRenewal() {
        var found = find(Plants.NONE.withTasks(Bugs::withoutRenewal));

        assertThat(found).contains("although it was renewed in time");
    }

    @Test
    void findsABudgetThatIsCheckedAndThenActedOn() {
        var found = find(Plants.NONE.withBudgets(Bugs::checkedThenActedOn));

        assertThat(found).contains("its budget says");
    }

    @Test
    void findsWakeUpsThatAreLost() {
        var found = find(Plants.NONE.withRuns(Bugs::withoutLooking));

        assertThat(found).contains("nothing will move it");
    }

    @Test
    void findsSweepsByTwoServersThatTakeBackTwice() {
        var found = find(Plants.NONE.withTasks(Bugs::sweptByTwo));

        assertThat(found).contains("although it was renewed in time");
    }

    @Test
    void findsKilledWorkThatComesBack() {
        var found = find(Plants.NONE.withTasks(Bugs::withoutCancelling));

        assertThat(found).contains("was handed out although its run has ended");
    }

    @Test
    void findsLocksThatPassOnWhileAWorkerIsStillAtWork() {
        var found = find(Plants.NONE.withTasks(Bugs::withoutKnowingWhoIsAtWork));

        assertThat(found).contains("was handed out under lock");
    }

    @Test
    void findsAnUpgradeThatFoldsUnderTheWrongRules() {
        var found = find(Plants.NONE.withRuns(Bugs::underNewestRules));

        assertThat(found).contains("was decided under rules");
    }

    @Test
    void findsAnOldServerThatFoldsWhatANewOneBegan() {
        var found = find(Plants.NONE.withRuns(Bugs::underFirstRules));

        assertThat(found).contains("was decided under rules");
    }

    @Test
    void findsAnEngineThatIgnoresThePlansBudgetOfAttempts() {
        var found = find(Plants.NONE.withPlans(Bugs::withoutAttempts));

        assertThat(found).contains("repair attempts, its plan allows");
    }

    @Test
    void findsAnEngineThatIgnoresThePlansBudgetOfTime() {
        var found = find(Plants.NONE.withPlans(Bugs::withoutTime));

        assertThat(found).contains("works since");
    }

    @Test
    void findsServersThatGoByTheClocksOfTheirMachines() {
        var found = find(Plants.NONE.withClocks((_, own) -> own));

        assertThat(found).containsAnyOf("works since", "nothing will move it", "is lost");
    }

    /** What breaks in the first world that the bug shows in; the same world is fine without it. */
    private static String find(Plants plants) {
        var seed =
                IntStream.range(0, SEEDS)
                        .filter(s -> !Simulation.run(s, plants).broken().isEmpty())
                        .findFirst()
                        .orElseThrow(() ->
                                new AssertionError("no world of %d showed it".formatted(SEEDS)));

        assertThat(Simulation.run(seed).broken()).isEmpty();
        var broken = Simulation.run(seed, plants).broken();
        System.out.printf("seed %d shows it: %s%n", seed, broken);
        return String.join("\n", broken);
    }
}
