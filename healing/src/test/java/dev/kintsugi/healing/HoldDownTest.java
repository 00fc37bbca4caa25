package dev.kintsugi.healing;

import static dev.kintsugi.healing.HealthStatus.CRITICAL;
import static dev.kintsugi.healing.HealthStatus.DEGRADED;
import static dev.kintsugi.healing.HealthStatus.HEALTHY;
import static dev.kintsugi.healing.HealthStatus.UNHEALTHY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HoldDownTest {

    @Test
    void getsWorseAtOnce() {
        assertThat(HoldDown.at(HEALTHY).checked(CRITICAL).level()).isEqualTo(CRITICAL);
    }

    @Test
    void getsBetterWithTheThirdCheckOnly() {
        HoldDown<HealthStatus> twice = HoldDown.at(CRITICAL).checked(HEALTHY).checked(HEALTHY);
        assertThat(twice.level()).isEqualTo(CRITICAL);

        assertThat(twice.checked(HEALTHY).level()).isEqualTo(HEALTHY);
    }

    @Test
    void getsOnlyAsGoodAsTheWorstOfTheThree() {
        HoldDown<HealthStatus> after =
                HoldDown.at(CRITICAL).checked(HEALTHY).checked(UNHEALTHY).checked(DEGRADED);

        assertThat(after.level()).isEqualTo(UNHEALTHY);
    }

    @Test
    void beginsAnewAfterACheckThatWasNotBetter() {
        HoldDown<HealthStatus> after =
                HoldDown.at(UNHEALTHY)
                        .checked(HEALTHY)
                        .checked(HEALTHY)
                        .checked(UNHEALTHY)
                        .checked(HEALTHY)
                        .checked(HEALTHY);

        assertThat(after.level()).isEqualTo(UNHEALTHY);
    }

    @Test
    void isNotMadeBetterByLooking() {
        HoldDown<HealthStatus> level = HoldDown.at(UNHEALTHY);

        for (int look = 0; look < 10; look++) {
            level = level.glanced(HEALTHY);
        }

        assertThat(level.level()).isEqualTo(UNHEALTHY);
        assertThat(level.glanced(CRITICAL).level()).isEqualTo(CRITICAL);
    }

    /**
     * Against the rule said in one sentence: the worst of the last three, unless nothing changed.
     */
    @Test
    void isTheWorstOfTheLastThreeChecks() {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new Random(seed);
            HoldDown<HealthStatus> held = HoldDown.at(HealthStatus.INSUFFICIENT_DATA);
            var measured = new ArrayList<HealthStatus>();
            for (int check = 0; check < 100; check++) {
                HealthStatus now = HealthStatus.values()[random.nextInt(5)];
                measured.add(now);
                held = held.checked(now);

                var recent = measured.subList(Math.max(0, measured.size() - 3), measured.size());
                assertThat(held.level())
                        .as("seed %d check %d of %s", seed, check, measured)
                        .isGreaterThanOrEqualTo(Collections.max(recent));
                assertThat(measured).as("seed %d", seed).contains(held.level());
            }
        }
    }
}
