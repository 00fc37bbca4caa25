package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FleetBreakerTest {
    private final BreakerConfig config = BreakerConfig.standard();
    private FleetBreaker breaker = FleetBreaker.closed();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void isNotOpenedByOneSickNodeOfThree() {
        well("b");
        well("c");

        for (int i = 0; i < 100; i++) {
            failing("a", 10);
            well("b");
            well("c");
        }

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void isOpenedByMoreThanHalfOfTheNodes() {
        well("c");
        failing("a", 5);
        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);

        failing("b", 5);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void isNotOpenedByHalfOfTheNodes() {
        well("b");

        failing("a", 50);

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void isOpenedByTheOnlyNode() {
        failing("a", 4);
        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);

        failing("a", 1);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void isOpenedByTheOneThatHasAllCallsWhileOthersAreIdle() {
        calls("b", 0, 0);
        calls("c", 0, 0);

        failing("a", 5);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void isOpenedThoughOneCallOfAThousandWentWell() {
        for (String node : List.of("a", "b", "c")) {
            calls(node, 1, 999);
        }

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void isNotOpenedByOneNodeWithOneSuccessOfAThousandAmongOthersThatAreWell() {
        well("b");
        well("c");

        calls("a", 1, 999);

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void gathersSmallReportsUntilTheyAreEnoughToJudgeBy() {
        for (int report = 0; report < 6; report++) {
            calls("a", 1, 2);
        }
        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);

        calls("a", 1, 2);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void isNotOpenedByFewerFailuresThanItsThreshold() {
        var patient = config.withFailureThreshold(100);

        breaker = breaker.reported("a", 50, 99, now, patient);
        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
        breaker = breaker.reported("a", 50, 1, now, patient);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void hearsFromANodeThatItIsWellAgain() {
        well("b");
        calls("a", 1, 999);
        calls("a", 999, 1);

        failing("b", 5);

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void hearsNoLongerWhoWasSilentForLong() {
        well("b");
        well("c");
        failing("a", 5);

        now = now.plusSeconds(61);
        failing("a", 5);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void endsANodesRowOfFailuresWithASuccess() {
        failing("a", 4);
        well("a");
        failing("a", 4);

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(breaker.failures()).isEqualTo(4);
    }

    @Test
    void staysOpenUntilItsTimeoutWhateverIsReported() {
        failing("a", 5);

        now = now.plus(Duration.ofMillis(59_999));
        well("a");
        well("a");

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void closesWithTwoSuccessesAfterItsTimeout() {
        failing("a", 5);
        now = now.plusSeconds(60);

        well("a");
        assertThat(phase()).isEqualTo(BreakerPhase.HALF_OPEN);
        well("b");

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(breaker.failures()).isZero();
    }

    @Test
    void opensAgainForAWholeTimeoutWhenTheOnlyNodesProbeFails() {
        failing("a", 5);
        now = now.plusSeconds(60);
        well("a");

        failing("a", 1);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(breaker.state().openedAt()).isEqualTo(now);
    }

    @Test
    void opensAgainByTheProbesOfMoreThanHalfOfTheNodes() {
        openedByAll(3);

        failing("node-0", 1);
        failing("node-0", 1);
        assertThat(breaker.state().openedAt()).isBefore(now);
        failing("node-1", 1);

        assertThat(breaker.state().openedAt()).isEqualTo(now);
    }

    @Test
    void waitsForAProbeOfOthersNoLongerThanTheyWouldBeHeard() {
        openedByAll(3);

        failing("node-0", 1);
        now = now.plusSeconds(60).plusMillis(1);
        failing("node-0", 1);

        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(breaker.state().openedAt()).isEqualTo(now);
    }

    @Test
    void isNotOpenedAgainByWhatWasReportedBeforeItsTimeout() {
        openedByAll(3);
        now = now.minusSeconds(1);
        failing("node-0", 9);
        failing("node-1", 9);
        now = now.plusSeconds(1);

        failing("node-2", 1);

        assertThat(breaker.state().openedAt()).isBefore(now);
    }

    @Test
    void closesThoughOneOfManyProbesFails() {
        failing("a", 5);
        now = now.plusSeconds(60);

        calls("a", 999, 1);

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void closesWhenReset() {
        failing("a", 5);

        breaker = breaker.reset(now, config);

        assertThat(phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(breaker.failures()).isZero();
    }

    @Test
    void remembersNoMoreThanAThousandNodes() {
        for (int node = 0; node < 3_000; node++) {
            now = now.plusMillis(1);
            well("node-" + node);
        }

        assertThat(breaker.nodes()).hasSize(FleetBreaker.MOST_NODES).containsKey("node-2999");
    }

    /** However sick it is: as long as the others report that they are well, it stays closed. */
    @Test
    void isNeverOpenedByTheMinority() {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new Random(seed);
            breaker = FleetBreaker.closed();
            int nodes = 3 + random.nextInt(6);
            int sick = random.nextInt((nodes - 1) / 2 + 1);
            for (int node = 0; node < nodes; node++) {
                well("node-" + node);
            }
            for (int report = 0; report < 300; report++) {
                now = now.plusMillis(random.nextInt(50));
                int node = random.nextInt(nodes);
                if (node < sick) {
                    failing("node-" + node, 1 + random.nextInt(20));
                } else {
                    well("node-" + node);
                }
                assertThat(phase())
                        .as("seed %d: %d of %d nodes sick", seed, sick, nodes)
                        .isEqualTo(BreakerPhase.CLOSED);
            }
        }
    }

    /** However early and often it reports: the others close it and it stays so. */
    @Test
    void isNeverOpenedAgainByTheMinority() {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new Random(seed);
            breaker = FleetBreaker.closed();
            int nodes = 3 + random.nextInt(6);
            int sick = random.nextInt((nodes - 1) / 2 + 1);
            openedByAll(nodes);
            Instant opened = breaker.state().openedAt();
            failing("node-0", sick == 0 ? 0 : 1);
            for (int report = 0; report < 300; report++) {
                now = now.plusMillis(random.nextInt(50));
                int node = random.nextInt(nodes);
                if (node < sick) {
                    failing("node-" + node, 1 + random.nextInt(20));
                } else {
                    well("node-" + node);
                }
                assertThat(breaker.state().openedAt())
                        .as("seed %d: %d of %d nodes sick", seed, sick, nodes)
                        .isIn(null, opened);
            }
            assertThat(phase()).as("seed %d", seed).isEqualTo(BreakerPhase.CLOSED);
        }
    }

    /** At the end of its timeout. */
    private void openedByAll(int nodes) {
        for (int node = 0; node < nodes; node++) {
            failing("node-" + node, 5);
        }
        assertThat(phase()).isEqualTo(BreakerPhase.OPEN);
        now = now.plusSeconds(60);
    }

    private void failing(String node, int failures) {
        calls(node, 0, failures);
    }

    private void well(String node) {
        calls(node, 1, 0);
    }

    private void calls(String node, long successes, int failures) {
        breaker = breaker.reported(node, successes, failures, now, config);
    }

    private BreakerPhase phase() {
        return breaker.state().phase();
    }
}
