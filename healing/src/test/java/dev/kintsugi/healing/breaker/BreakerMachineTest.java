package dev.kintsugi.healing.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.breaker.BreakerMachine.Decision;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BreakerMachineTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private BreakerConfig config = BreakerConfig.standard();
    private BreakerState state = BreakerState.closed();
    private Instant now = START;

    @Test
    void opensAfterFiveConsecutiveFailures() {
        failTimes(4);
        assertThat(state.phase()).isEqualTo(BreakerPhase.CLOSED);

        failTimes(1);

        assertThat(state.phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(state.openedAt()).isEqualTo(now);
    }

    @Test
    void countsFailuresAnewAfterASuccess() {
        failTimes(4);
        tell(new BreakerEvent.Succeeded(now, ask().permit()));

        failTimes(4);

        assertThat(state.phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void permitsNothingUntilItsTimeoutHasPassedExactly() {
        failTimes(5);

        now = START.plusMillis(59_999);
        assertThat(ask().permitted()).isFalse();

        now = START.plusSeconds(60);
        assertThat(ask().permitted()).isTrue();
        assertThat(state.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
    }

    @Test
    void permitsOneProbeAtATime() {
        halfOpen();

        assertThat(ask().permitted()).isTrue();
        assertThat(ask().permitted()).isFalse();
    }

    @Test
    void closesAfterTwoSuccessfulProbes() {
        halfOpen();

        tell(new BreakerEvent.Succeeded(now, ask().permit()));
        assertThat(state.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
        tell(new BreakerEvent.Succeeded(now, ask().permit()));

        assertThat(state.phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(ask().permitted()).isTrue();
    }

    @Test
    void opensAgainForAWholeTimeoutWhenAProbeFails() {
        halfOpen();
        now = now.plusSeconds(7);
        tell(new BreakerEvent.Failed(now, ask().permit()));

        assertThat(state.phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(state.openedAt()).isEqualTo(now);
        now = now.plusMillis(59_999);
        assertThat(ask().permitted()).isFalse();
        now = now.plusMillis(1);
        assertThat(ask().permitted()).isTrue();
    }

    @Test
    void givesThePlaceOfAProbeThatNeverReturnsToTheNext() {
        halfOpen();
        long lost = ask().permit();
        now = now.plusMillis(59_999);
        assertThat(ask().permitted()).isFalse();

        now = now.plusMillis(1);
        Decision next = ask();

        assertThat(next.permitted()).isTrue();
        tell(new BreakerEvent.Failed(now, lost));
        assertThat(state.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
        tell(new BreakerEvent.Succeeded(now, next.permit()));
        assertThat(state.successCount()).isEqualTo(1);
    }

    @Test
    void freesThePlaceOfAnAbandonedProbe() {
        halfOpen();

        tell(new BreakerEvent.Abandoned(now, ask().permit()));

        assertThat(state.successCount()).isZero();
        assertThat(ask().permitted()).isTrue();
    }

    @Test
    void countsAProbesSuccessOnce() {
        halfOpen();
        long permit = ask().permit();

        tell(new BreakerEvent.Succeeded(now, permit));
        tell(new BreakerEvent.Succeeded(now, permit));

        assertThat(state.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
    }

    @Test
    void ignoresOutcomesOfCallsPermittedInAnEarlierPhase() {
        long slow = ask().permit();
        failTimes(5);
        tell(new BreakerEvent.Succeeded(now, slow));
        assertThat(state.phase()).isEqualTo(BreakerPhase.OPEN);

        now = now.plusSeconds(60);
        long probe = ask().permit();
        tell(new BreakerEvent.Failed(now, slow));
        assertThat(state.phase()).isEqualTo(BreakerPhase.HALF_OPEN);

        tell(new BreakerEvent.Succeeded(now, probe));
        tell(new BreakerEvent.Succeeded(now, ask().permit()));
        tell(new BreakerEvent.Failed(now, slow));
        assertThat(state.failureCount()).isZero();
    }

    @Test
    void staysOpenWhenIsolatedUntilReset() {
        tell(new BreakerEvent.Isolated(now));
        now = now.plus(Duration.ofDays(30));
        assertThat(ask().permitted()).isFalse();

        tell(new BreakerEvent.Reset(now));

        assertThat(state.phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(ask().permitted()).isTrue();
    }

    @Test
    void keepsTheRemainingTimeAcrossARestart() {
        failTimes(5);
        BreakerState stored = state;

        state =
                new BreakerState(
                        BreakerPhase.valueOf(stored.phase().name()),
                        stored.failureCount(),
                        stored.successCount(),
                        stored.openedAt(),
                        stored.isolated(),
                        stored.since(),
                        stored.lastPermit(),
                        stored.probes());
        now = START.plusMillis(59_999);

        assertThat(ask().permitted()).isFalse();
        now = START.plusSeconds(60);
        assertThat(ask().permitted()).isTrue();
    }

    @Test
    void permitsNothingEarlierWhenTheClockStepsBack() {
        failTimes(5);

        now = START.minusSeconds(3_600);

        assertThat(ask().permitted()).isFalse();
    }

    @Test
    void waitsFiveMinutesForRuns() {
        config = BreakerConfig.ofRuns();
        failTimes(5);

        now = START.plus(Duration.ofMinutes(5)).minusMillis(1);
        assertThat(ask().permitted()).isFalse();
        now = START.plus(Duration.ofMinutes(5));
        assertThat(ask().permitted()).isTrue();
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatThrownBy(() -> config.withFailureThreshold(0))
                .hasMessage("failureThreshold must be in [1, 1000], was 0");
        assertThatThrownBy(() -> config.withTimeout(Duration.ZERO))
                .hasMessage("timeout must be in [1 ms, 1 day], was PT0S");
        assertThatThrownBy(() -> config.withProbeLease(Duration.ofDays(2)))
                .hasMessage("probeLease must be in [1 ms, 1 day], was PT48H");
    }

    @Test
    void hasTheDefaultsOfItsSources() {
        assertThat(BreakerConfig.standard())
                .isEqualTo(
                        new BreakerConfig(5, 2, Duration.ofSeconds(60), 1, Duration.ofSeconds(60)));
        assertThat(BreakerPhase.values())
                .extracting(BreakerPhase::key)
                .containsExactly("closed", "open", "half_open");
    }

    private void halfOpen() {
        failTimes(5);
        now = now.plusSeconds(60);
        tell(new BreakerEvent.Abandoned(now, ask().permit()));
        assertThat(state.phase()).isEqualTo(BreakerPhase.HALF_OPEN);
    }

    private void failTimes(int times) {
        for (int i = 0; i < times; i++) {
            tell(new BreakerEvent.Failed(now, ask().permit()));
        }
    }

    private Decision ask() {
        return tell(new BreakerEvent.Asked(now));
    }

    private Decision tell(BreakerEvent event) {
        Decision decision = BreakerMachine.decide(state, event, config);
        state = decision.state();
        return decision;
    }
}
