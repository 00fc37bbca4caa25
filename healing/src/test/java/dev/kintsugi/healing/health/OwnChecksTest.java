package dev.kintsugi.healing.health;

import static dev.kintsugi.healing.HealthStatus.CRITICAL;
import static dev.kintsugi.healing.HealthStatus.DEGRADED;
import static dev.kintsugi.healing.HealthStatus.HEALTHY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OwnChecksTest {
    private final ManualTime time = new ManualTime();
    private final HealthMonitor monitor =
            HealthMonitor.builder()
                    .time(time.with(new Random(1)))
                    .checkTimeout(Duration.ofMillis(50))
                    .build();

    @Test
    void decidesWhereThereAreNoCalls() {
        monitor.registerHealthCheck("db", HealthCheck.Answer::healthy);

        assertThat(check("db").status()).isEqualTo(HEALTHY);
        assertThat(check("db").message()).isEqualTo("db: Health check passed");
    }

    @Test
    void countsWhereItIsWorseThanTheCalls() {
        monitor.registerHealthCheck(
                "db", () -> new HealthCheck.Answer(DEGRADED, "replica is behind"));
        for (int i = 0; i < 100; i++) {
            monitor.recordSuccess("db", Duration.ofMillis(1));
        }

        assertThat(check("db").status()).isEqualTo(DEGRADED);
        assertThat(check("db").issues()).containsExactly("db: replica is behind");
    }

    @Test
    void isCriticalWhenItThrows() {
        monitor.registerHealthCheck(
                "db",
                () -> {
                    throw new java.io.IOException("planted");
                });

        HealthCheckResult result = check("db");

        assertThat(result.status()).isEqualTo(CRITICAL);
        assertThat(result.message())
                .isEqualTo("db: Health check failed: java.io.IOException: planted");
    }

    @Test
    void isInterruptedAndCriticalWhenItTakesTooLong() throws InterruptedException {
        var interrupted = new CountDownLatch(1);
        monitor.registerHealthCheck(
                "db",
                () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return HealthCheck.Answer.healthy();
                });

        HealthCheckResult result = check("db");

        assertThat(result.status()).isEqualTo(CRITICAL);
        assertThat(result.message()).isEqualTo("db: Health check took longer than 50 ms");
        interrupted.await();
    }

    @Test
    void isNotStartedAgainWhileItHangs() {
        var begun = new AtomicInteger();
        var release = new CountDownLatch(1);
        monitor.registerHealthCheck(
                "db",
                () -> {
                    begun.incrementAndGet();
                    awaitWhateverHappens(release);
                    return HealthCheck.Answer.healthy();
                });

        check("db");
        for (int round = 0; round < 5; round++) {
            time.pass(Duration.ofSeconds(30));
            assertThat(check("db").message()).isEqualTo("db: Health check has not returned yet");
        }

        assertThat(begun).hasValue(1);
        release.countDown();
    }

    @Test
    void isAskedOncePerHalfInterval() {
        var asked = new AtomicInteger();
        monitor.registerHealthCheck(
                "db",
                () -> {
                    asked.incrementAndGet();
                    return HealthCheck.Answer.healthy();
                });

        for (int poll = 0; poll < 10; poll++) {
            check("db");
        }
        assertThat(asked).hasValue(1);

        time.pass(Duration.ofSeconds(15));
        check("db");
        assertThat(asked).hasValue(2);
    }

    @Test
    void runsSideBySideSoThatHangingOnesDoNotAddUp() {
        var allBegun = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            monitor.registerHealthCheck(
                    "db" + i,
                    () -> {
                        allBegun.countDown();
                        allBegun.await(); // answers only when all of them run
                        return HealthCheck.Answer.healthy();
                    });
        }

        assertThat(monitor.checkAll())
                .hasSize(20)
                .allSatisfy(it -> assertThat(it.status()).isEqualTo(HEALTHY));
    }

    private HealthCheckResult check(String component) {
        return monitor.checkComponentHealth(component).orElseThrow();
    }

    private static void awaitWhateverHappens(CountDownLatch latch) {
        boolean waiting = true;
        while (waiting) {
            try {
                latch.await();
                waiting = false;
            } catch (InterruptedException _) {
                // a check that ignores interrupts
            }
        }
    }
}
