package dev.kintsugi.healing.health;

import static dev.kintsugi.healing.HealthStatus.CRITICAL;
import static dev.kintsugi.healing.HealthStatus.DEGRADED;
import static dev.kintsugi.healing.HealthStatus.HEALTHY;
import static dev.kintsugi.healing.HealthStatus.INSUFFICIENT_DATA;
import static dev.kintsugi.healing.HealthStatus.UNHEALTHY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class HealthMonitorTest {
    private static final Duration ROUND = Duration.ofSeconds(30);
    private static final Duration SLICE = Duration.ofSeconds(30);

    private final ManualTime time = new ManualTime();
    private final List<HealingEvent> heard = new ArrayList<>();
    private final HealthMonitor monitor =
            HealthMonitor.builder()
                    .time(time.with(new Random(1)))
                    .listener(heard::add)
                    .maxComponents(10)
                    .build();
    private final ComponentHealth openai = monitor.register("openai");

    @Test
    void isUnhealthyWhileItsBreakerIsNotClosed() {
        calls(2, 0);

        moved(BreakerPhase.CLOSED, BreakerPhase.OPEN);
        String opened = "openai: its circuit breaker is open since " + time.now();
        time.pass(Duration.ofMinutes(20));
        moved(BreakerPhase.OPEN, BreakerPhase.HALF_OPEN);
        moved(BreakerPhase.HALF_OPEN, BreakerPhase.OPEN);

        assertThat(status()).isEqualTo(UNHEALTHY);
        assertThat(check().issues()).containsExactly(opened);
        assertThat(heard).hasSize(1);
        moved(BreakerPhase.OPEN, BreakerPhase.CLOSED);
        assertThat(check().issues()).isEmpty();
        for (int i = 0; i < 3; i++) {
            time.pass(ROUND);
            check();
        }
        assertThat(status()).isEqualTo(INSUFFICIENT_DATA);
    }

    @Test
    void isUnhealthyUntilTheLastOfItsBreakersIsClosed() {
        moved(BreakerPhase.CLOSED, BreakerPhase.OPEN);
        moved(BreakerPhase.CLOSED, BreakerPhase.OPEN);

        moved(BreakerPhase.OPEN, BreakerPhase.CLOSED);

        assertThat(check().issues()).hasSize(1);
        moved(BreakerPhase.OPEN, BreakerPhase.CLOSED);
        assertThat(check().issues()).isEmpty();
    }

    @Test
    void seesABreakerThatWasOpenWhenTheComponentCame() {
        moved(BreakerPhase.HALF_OPEN, BreakerPhase.OPEN);

        assertThat(status()).isEqualTo(UNHEALTHY);
    }

    @Test
    void saysNothingBelowTwentyCalls() {
        calls(10, 9);
        assertThat(status()).isEqualTo(INSUFFICIENT_DATA);

        calls(1, 0);

        assertThat(status()).isEqualTo(UNHEALTHY);
    }

    @Test
    void takesEachLevelFromItsLowerBoundOn() {
        assertThat(levelOf(10_000, 499)).isEqualTo(HEALTHY);
        assertThat(levelOf(10_000, 500)).isEqualTo(DEGRADED);
        assertThat(levelOf(10_000, 1_999)).isEqualTo(DEGRADED);
        assertThat(levelOf(10_000, 2_000)).isEqualTo(UNHEALTHY);
        assertThat(levelOf(10_000, 4_999)).isEqualTo(UNHEALTHY);
        assertThat(levelOf(10_000, 5_000)).isEqualTo(CRITICAL);
    }

    @Test
    void isCriticalAfterOneCriticalError() {
        calls(1_000, 0);

        openai.failure(HealthFixture.criticalError());

        assertThat(status()).isEqualTo(CRITICAL);
    }

    @Test
    void doesNotBlameTheComponentForRequestErrors() {
        calls(20, 0);
        for (int i = 0; i < 100; i++) {
            openai.failure(HealthFixture.requestError());
        }

        HealthCheckResult result = check();

        assertThat(result.status()).isEqualTo(HEALTHY);
        assertThat(result.samples()).isEqualTo(20);
    }

    @Test
    void forgetsFailuresThatHaveLeftTheWindow() {
        calls(0, 100);
        assertThat(status()).isEqualTo(CRITICAL);

        time.pass(Duration.ofMinutes(6));

        assertThat(check().errorRate()).isZero();
    }

    @Test
    void keepsFailuresForTheWholeWindowHoweverOftenItIsLookedAt() {
        calls(0, 100);
        for (int look = 0; look < 17; look++) {
            check();
            time.pass(Duration.ofSeconds(15)); // 4 min 15 s in all
        }

        assertThat(check().samples()).isEqualTo(100);
        time.pass(Duration.ofMinutes(1));
        assertThat(check().samples()).isZero();
    }

    @Test
    void isNotCriticalByTheFirstOfFewFailuresWhenNobodyLookedForLong() {
        calls(100, 0);
        check();
        time.pass(Duration.ofMinutes(6));
        calls(10_000, 0);
        calls(0, 20);

        assertThat(status()).isEqualTo(HEALTHY);
        time.pass(SLICE);
        calls(1_000, 2);
        assertThat(status()).isEqualTo(HEALTHY);
    }

    @Test
    void countsOnlyTheWindowOnceASliceOfItHasPassedWhenNobodyLookedForLong() {
        calls(100_000, 0);
        time.pass(Duration.ofHours(1));
        calls(0, 30);

        assertThat(check().samples()).isEqualTo(100_030);
        time.pass(SLICE);
        HealthCheckResult result = check();

        assertThat(result.status()).isEqualTo(CRITICAL);
        assertThat(result.errorRate()).isEqualTo(1);
    }

    @Test
    void isCriticalAfterOneCriticalErrorThoughNobodyLookedForLong() {
        calls(100_000, 0);
        time.pass(Duration.ofHours(1));

        openai.failure(HealthFixture.criticalError());

        assertThat(status()).isEqualTo(CRITICAL);
    }

    @Test
    void getsBetterOnlyAfterThreeChecks() {
        calls(0, 100);
        assertThat(status()).isEqualTo(CRITICAL);
        time.pass(Duration.ofMinutes(6));

        assertThat(afterRoundOf(100)).isEqualTo(CRITICAL);
        assertThat(afterRoundOf(100)).isEqualTo(CRITICAL);
        assertThat(afterRoundOf(100)).isEqualTo(HEALTHY);
    }

    @Test
    void isNotMadeBetterByAskingOften() {
        calls(0, 100);
        assertThat(status()).isEqualTo(CRITICAL);
        time.pass(Duration.ofMinutes(6));
        calls(100, 0);

        for (int poll = 0; poll < 100; poll++) {
            assertThat(status()).isEqualTo(CRITICAL);
        }
    }

    @Test
    void tellsTheMeanOfMeasuredResponseTimes() {
        openai.success(Duration.ofMillis(100).toNanos());
        openai.success(Duration.ofMillis(300).toNanos());
        openai.success(-1);

        assertThat(check().responseTime()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void saysWhatFailedLast() {
        calls(10, 10);

        assertThat(check().message())
                .isEqualTo("openai: 10 of 20 calls failed (50.0%); last: planted TIMEOUT");
    }

    @Test
    void ratesSeverityByTheErrorRate() {
        assertThat(result(0.0999).severity()).isEqualTo(Severity.MEDIUM);
        assertThat(result(0.1).severity()).isEqualTo(Severity.HIGH);
        assertThat(result(0.2999).severity()).isEqualTo(Severity.HIGH);
        assertThat(result(0.3).severity()).isEqualTo(Severity.CRITICAL);
    }

    @Test
    void warnsOfManyRecoveriesThatFail() {
        for (int i = 0; i < 100; i++) {
            openai.recovery(i >= 20);
        }
        assertThat(check().issues()).isEmpty();

        openai.recovery(true);

        assertThat(check().issues()).containsExactly("openai: only 81 of 101 recoveries succeeded");
    }

    @Test
    void forgetsRecoveriesThatFailedLongAgo() {
        for (int i = 0; i < 500; i++) {
            openai.recovery(false);
        }
        assertThat(check().issues()).hasSize(1);

        for (int round = 0; round < 15; round++) {
            time.pass(ROUND);
            check();
        }

        assertThat(check().issues()).isEmpty();
    }

    @Test
    void beginsAnewWhenReset() {
        calls(0, 100);
        assertThat(status()).isEqualTo(CRITICAL);

        assertThat(monitor.reset("openai")).isTrue();

        assertThat(status()).isEqualTo(INSUFFICIENT_DATA);
        assertThat(openai.lastError()).isEmpty();
        assertThat(monitor.reset("opnai")).isFalse();
    }

    @Test
    void tellsThatAComponentThatIsResetOrGivenUpIsNoLongerCritical() {
        calls(0, 100);
        check();

        monitor.reset("openai");
        calls(0, 100);
        check();
        monitor.unregister("openai");

        assertThat(heard)
                .extracting(it -> ((HealingEvent.HealthChanged) it).to())
                .containsExactly(CRITICAL, INSUFFICIENT_DATA, CRITICAL, INSUFFICIENT_DATA);
        assertThat(monitor.recentChanges()).hasSize(4);
    }

    @Test
    void givesTheSameHandleForTheSameName() {
        monitor.recordSuccess("openai", Duration.ofMillis(5));
        monitor.recordFailure("openai", HealthFixture.timeout());

        assertThat(monitor.register("openai")).isSameAs(openai);
        assertThat(check().samples()).isEqualTo(2);
        assertThat(monitor.checkComponentHealth("opnai")).isEmpty();
    }

    @Test
    void isCriticalInWhateverOrderThatIsSaid() {
        monitor.recordSuccess("later", Duration.ofMillis(5));
        ComponentHealth later = monitor.register("later");
        monitor.registerCritical("later");
        ComponentHealth sooner = monitor.registerCritical("sooner");
        monitor.register("sooner");

        assertThat(later.isCritical()).isTrue();
        assertThat(sooner.isCritical()).isTrue();
        assertThat(openai.isCritical()).isFalse();
        assertThat(monitor.checkAll())
                .filteredOn(HealthCheckResult::critical)
                .extracting(HealthCheckResult::component)
                .containsExactly("later", "sooner");
    }

    @Test
    void refusesMoreComponentsThanItMayHave() {
        for (int i = 1; i < 10; i++) {
            monitor.register("c" + i);
        }

        assertThatThrownBy(() -> monitor.register("one more"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("there are 10 components already, no more than maxComponents");
        monitor.unregister("c1");
        assertThat(monitor.register("one more")).isNotNull();
    }

    @Test
    void remembersAndTellsEveryChangeOfStatus() {
        calls(100, 0);
        check();
        calls(0, 100);
        check();
        check();

        assertThat(heard)
                .extracting(it -> ((HealingEvent.HealthChanged) it).to())
                .containsExactly(HEALTHY, CRITICAL);
        assertThat(monitor.recentChanges())
                .extracting(HealthMonitor.Change::to)
                .containsExactly(CRITICAL, HEALTHY);
    }

    @Test
    void remembersNoMoreThanAThousandChanges() {
        for (int i = 0; i < 600; i++) {
            calls(100, 0);
            check();
            monitor.reset("openai");
            calls(0, 100);
            check();
            monitor.reset("openai");
        }

        assertThat(monitor.recentChanges()).hasSize(HealthMonitor.HISTORY);
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> HealthMonitor.builder().checkInterval(Duration.ZERO))
                .hasMessage("checkInterval must be in [PT0.01S, PT1H], was PT0S");
        assertThatThrownBy(() -> HealthMonitor.builder().window(Duration.ofDays(1)))
                .hasMessage("window must be in [PT1S, PT1H], was PT24H");
        assertThatThrownBy(() -> HealthMonitor.builder().checkTimeout(Duration.ofMinutes(-1)))
                .hasMessage("checkTimeout must be in [PT0.001S, PT1M], was PT-1M");
        assertThatThrownBy(() -> HealthMonitor.builder().alertThreshold(HEALTHY))
                .hasMessage("alertThreshold must be in [DEGRADED, CRITICAL], was HEALTHY");
        assertThatThrownBy(() -> HealthMonitor.builder().maxComponents(0))
                .hasMessage("maxComponents must be in [1, 1000000], was 0");
        assertThatThrownBy(() -> monitor.register(" ")).hasMessage("component must not be blank");
        assertThatThrownBy(() -> monitor.recordSuccess("api", Duration.ofSeconds(-5)))
                .hasMessage("responseTime must not be negative, was PT-5S");
    }

    @Test
    @SuppressWarnings("NullAway") // callers outside of it may do so
    void namesWhatIsMissing() {
        missing("checkInterval", () -> HealthMonitor.builder().checkInterval(null));
        missing("alertThreshold", () -> HealthMonitor.builder().alertThreshold(null));
        missing("callback", () -> monitor.registerAlertCallback(null));
        missing("check", () -> monitor.registerHealthCheck("api", null));
        missing("responseTime", () -> monitor.recordSuccess("api", null));
    }

    private static void missing(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(parameter);
    }

    private void moved(BreakerPhase from, BreakerPhase to) {
        openai.onEvent(new HealingEvent.BreakerMoved("openai", from, to));
    }

    private HealthStatus levelOf(int calls, int failures) {
        monitor.reset("openai");
        calls(calls - failures, failures);
        return status();
    }

    private void calls(int successes, int failures) {
        for (int i = 0; i < successes; i++) {
            openai.success(-1);
        }
        for (int i = 0; i < failures; i++) {
            openai.failure(HealthFixture.timeout());
        }
    }

    private HealthStatus afterRoundOf(int successes) {
        time.pass(ROUND);
        calls(successes, 0);
        return status();
    }

    private HealthStatus status() {
        return check().status();
    }

    private HealthCheckResult check() {
        return monitor.checkComponentHealth("openai").orElseThrow();
    }

    private HealthCheckResult result(double errorRate) {
        return new HealthCheckResult(
                "openai", false, HEALTHY, errorRate, 100, null, "", List.of(), time.now());
    }
}
