package dev.kintsugi.healing.health;

import static dev.kintsugi.healing.HealthStatus.CRITICAL;
import static dev.kintsugi.healing.HealthStatus.DEGRADED;
import static dev.kintsugi.healing.HealthStatus.HEALTHY;
import static dev.kintsugi.healing.HealthStatus.INSUFFICIENT_DATA;
import static dev.kintsugi.healing.HealthStatus.UNHEALTHY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.HealthStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SystemHealthTest {
    private final List<HealthCheckResult> results = new ArrayList<>();

    /**
     * The example of the seed document: five components, one of them degraded, 2% of calls failed.
     */
    @Test
    void isHealthyWithOneDegradedComponentOfFive() {
        for (int i = 0; i < 4; i++) {
            add(HEALTHY, 0.01, 1_000, false);
        }
        add(DEGRADED, 0.06, 1_000, false);

        var system = SystemHealth.of(results);

        assertThat(system.status()).isEqualTo(HEALTHY);
        assertThat(system.message()).isEqualTo("All systems operational");
        assertThat(system.errorRate()).isCloseTo(0.02, Offset.offset(1e-9));
        assertThat(system.successRate()).isCloseTo(0.98, Offset.offset(1e-9));
        assertThat(system.components()).isEqualTo(5);
        assertThat(system.count(HEALTHY)).isEqualTo(4);
        assertThat(system.count(DEGRADED)).isEqualTo(1);
    }

    @Test
    void isAsBadAsItsCriticalComponents() {
        add(HEALTHY, 0, 1_000_000, false);
        add(CRITICAL, 0, 0, true);

        assertThat(SystemHealth.of(results).status()).isEqualTo(CRITICAL);
        assertThat(SystemHealth.of(results).message())
                .isEqualTo("1 critical, 0 unhealthy, 0 degraded");
    }

    @Test
    void isOneLevelBetterThanItsOtherComponents() {
        add(HEALTHY, 0, 1_000_000, false);
        add(CRITICAL, 0, 0, false);

        assertThat(SystemHealth.of(results).status()).isEqualTo(UNHEALTHY);
    }

    @Test
    void isNotBetterThanTheErrorRateOfAllCalls() {
        add(DEGRADED, 0.1, 1_000, false);
        add(DEGRADED, 0.1, 1_000, false);

        assertThat(SystemHealth.of(results).status()).isEqualTo(DEGRADED);
    }

    @Test
    void saysNothingWithoutComponents() {
        assertThat(SystemHealth.of(results).status()).isEqualTo(INSUFFICIENT_DATA);
        assertThat(SystemHealth.of(results).count(CRITICAL)).isZero();
    }

    private void add(HealthStatus status, double errorRate, long samples, boolean critical) {
        results.add(
                new HealthCheckResult(
                        "c" + results.size(),
                        critical,
                        status,
                        errorRate,
                        samples,
                        null,
                        "",
                        List.of(),
                        Instant.EPOCH));
    }
}
