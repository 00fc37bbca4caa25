package dev.kintsugi.healing.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.time.ManualTime;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitoringTest {
    private final ManualTime time = new ManualTime();
    private final BlockingQueue<Duration> pauses = new SynchronousQueue<>();
    private final TimeAndChance base = time.with(new Random(1));
    private final HealthMonitor monitor = HealthMonitor.builder().time(paused()).build();

    @AfterEach
    void stop() {
        monitor.close();
    }

    @Test
    void checksAtOnceAndThenEveryThirtySeconds() throws InterruptedException {
        monitor.registerHealthCheck("db", HealthCheck.Answer::healthy);

        assertThat(monitor.startMonitoring()).isTrue();

        assertThat(round()).isEqualTo(Duration.ofSeconds(30));
        assertThat(round()).isEqualTo(Duration.ofSeconds(30));
        assertThat(monitor.recentChanges())
                .extracting(HealthMonitor.Change::to)
                .containsExactly(HealthStatus.HEALTHY);
    }

    @Test
    void outlivesAnErrorOfAListenerAndTellsTheStatusAllTheSame() throws InterruptedException {
        var failing =
                HealthMonitor.builder()
                        .time(paused())
                        .listener(_ -> {
                            throw new NoClassDefFoundError("io/micrometer/Gauge");
                        })
                        .build();
        failing.registerHealthCheck("db", HealthCheck.Answer::healthy);

        failing.startMonitoring();
        round();
        round();

        assertThat(failing.monitoringStatus().rounds()).isPositive();
        assertThat(failing.recentChanges()).hasSize(1);
        failing.close();
    }

    @Test
    void tellsWhetherItRuns() throws InterruptedException {
        assertThat(monitor.monitoringStatus())
                .isEqualTo(new MonitoringStatus(false, Duration.ofSeconds(30), 0, 0, null));

        monitor.register("db");
        monitor.startMonitoring();
        round();

        MonitoringStatus running = monitor.monitoringStatus();
        assertThat(running.active()).isTrue();
        assertThat(running.components()).isEqualTo(1);
        assertThat(running.rounds()).isPositive();
        assertThat(running.lastRoundAt()).isEqualTo(time.now());
    }

    @Test
    void runsOnceHoweverOftenItIsStarted() {
        assertThat(monitor.startMonitoring()).isTrue();
        assertThat(monitor.startMonitoring()).isFalse();
        assertThat(monitor.stopMonitoring()).isTrue();
        assertThat(monitor.stopMonitoring()).isFalse();
        assertThat(monitor.startMonitoring()).isTrue();
    }

    @Test
    void endsARoundThatHangsWhenStopped() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        monitor.registerHealthCheck(
                "db",
                () -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                    return HealthCheck.Answer.healthy();
                });
        monitor.startMonitoring();
        begun.await();

        monitor.stopMonitoring();

        assertThat(interrupted.await(4, TimeUnit.SECONDS)).isTrue(); // its own limit is 5 s
    }

    private TimeAndChance paused() {
        return new TimeAndChance(
                base.clock(), base.ticker(), pauses::put, base.timers(), base.chance());
    }

    private Duration round() throws InterruptedException {
        Duration pause = pauses.poll(10, TimeUnit.SECONDS);
        assertThat(pause).as("a round within 10 s").isNotNull();
        return pause;
    }
}
