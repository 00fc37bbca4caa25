package dev.kintsugi.healing.health;

import static dev.kintsugi.healing.HealthStatus.CRITICAL;
import static dev.kintsugi.healing.HealthStatus.DEGRADED;
import static dev.kintsugi.healing.HealthStatus.HEALTHY;
import static dev.kintsugi.healing.HealthStatus.INSUFFICIENT_DATA;
import static dev.kintsugi.healing.HealthStatus.UNHEALTHY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlertsTest {
    private final ManualTime time = new ManualTime();
    private final HealthMonitor monitor =
            HealthMonitor.builder().time(time.with(new Random(1))).build();
    private final BlockingQueue<HealthStatus> told = new LinkedBlockingQueue<>();
    private volatile HealthStatus status = HEALTHY;

    @Test
    void tellFromTheThresholdOnWhatGotWorseAndWhatGotWell() throws InterruptedException {
        watched();
        monitor.registerAlertCallback(it -> told.add(it.status()));

        is(DEGRADED);
        is(UNHEALTHY);
        is(CRITICAL);
        is(CRITICAL);
        is(HEALTHY);
        is(HEALTHY);
        is(HEALTHY);

        assertThat(next()).isEqualTo(UNHEALTHY);
        assertThat(next()).isEqualTo(CRITICAL);
        assertThat(next()).isEqualTo(HEALTHY);
        assertThat(told).isEmpty();
    }

    @Test
    void reachTheOthersWhenOneThrows() throws InterruptedException {
        watched();
        monitor.registerAlertCallback(_ -> {
            throw new AssertionError("planted");
        });
        monitor.registerAlertCallback(it -> told.add(it.status()));

        is(UNHEALTHY);
        is(CRITICAL);

        assertThat(next()).isEqualTo(UNHEALTHY);
        assertThat(next()).isEqualTo(CRITICAL);
    }

    @Test
    void reachTheOneThatThrewTheNextTimeToo() throws InterruptedException {
        watched();
        monitor.registerAlertCallback(it -> {
            told.add(it.status());
            throw new IllegalStateException("planted");
        });

        is(UNHEALTHY);
        assertThat(next()).isEqualTo(UNHEALTHY);
        is(CRITICAL);

        assertThat(next()).isEqualTo(CRITICAL);
    }

    @Test
    void reachTheOthersWhenOneHangs() throws InterruptedException {
        watched();
        var never = new CountDownLatch(1);
        monitor.registerAlertCallback(_ -> {
            try {
                never.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        monitor.registerAlertCallback(it -> told.add(it.status()));

        for (int i = 0; i < 2 * AlertLane.WAITING; i++) { // the one that hangs is full by then
            is(UNHEALTHY);
            is(CRITICAL);
            monitor.reset("db");
            assertThat(next()).isEqualTo(UNHEALTHY);
            assertThat(next()).isEqualTo(CRITICAL);
            assertThat(next()).isEqualTo(INSUFFICIENT_DATA);
        }

        never.countDown();
    }

    @Test
    void tellOnceThatRecoveriesFailTooOften() throws InterruptedException {
        var issues = new LinkedBlockingQueue<String>();
        monitor.registerAlertCallback(it -> issues.addAll(it.issues()));
        var db = monitor.register("db");
        for (int i = 0; i < 101; i++) {
            db.recovery(i >= 20);
        }

        monitor.checkComponentHealth("db");
        monitor.checkComponentHealth("db");
        watched();
        is(CRITICAL);

        assertThat(issues.poll(10, TimeUnit.SECONDS))
                .isEqualTo("db: only 81 of 101 recoveries succeeded");
        assertThat(issues.poll(10, TimeUnit.SECONDS)).isEqualTo("db: planted");
    }

    @Test
    void keepToTheThresholdThatTheMonitorWasBuiltWith() throws InterruptedException {
        var builder = HealthMonitor.builder().time(time.with(new Random(1)));
        var built = builder.build();
        builder.alertThreshold(CRITICAL);
        built.registerHealthCheck("db", () -> new HealthCheck.Answer(UNHEALTHY, "planted"));
        built.registerAlertCallback(it -> told.add(it.status()));

        built.checkComponentHealth("db");

        assertThat(next()).isEqualTo(UNHEALTHY);
    }

    @Test
    void haveALimitOfCallbacks() {
        for (int i = 0; i < HealthMonitor.MAX_CALLBACKS; i++) {
            monitor.registerAlertCallback(_ -> {});
        }

        assertThatThrownBy(() -> monitor.registerAlertCallback(_ -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    private void watched() {
        monitor.registerHealthCheck("db", () -> new HealthCheck.Answer(status, "planted"));
    }

    private void is(HealthStatus now) {
        status = now;
        time.pass(Duration.ofSeconds(30));
        monitor.checkComponentHealth("db");
    }

    private HealthStatus next() throws InterruptedException {
        HealthStatus next = told.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("an alert within 10 s").isNotNull();
        return next;
    }
}
