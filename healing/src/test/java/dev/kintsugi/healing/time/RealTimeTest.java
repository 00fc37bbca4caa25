package dev.kintsugi.healing.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RealTimeTest {
    private final TimeAndChance real = TimeAndChance.real();

    @Test
    void runsATimerAfterOneThatFailed() throws InterruptedException {
        var ran = new CountDownLatch(1);
        real.timers()
                .after(
                        Duration.ZERO,
                        () -> {
                            throw new IllegalStateException("planted");
                        });

        real.timers().after(Duration.ofMillis(1), ran::countDown);

        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @Timeout(10)
    void itsRoughTickerFollowsTheExactOne() {
        long before = real.ticker().nanos();

        while (real.roughTicker().nanos() <= before) {
            Thread.onSpinWait();
        }

        assertThat(real.roughTicker().nanos()).isLessThanOrEqualTo(real.ticker().nanos());
    }

    @Test
    void keepsACancelledTimerFromRunning() throws InterruptedException {
        var ran = new AtomicBoolean();
        var later = new CountDownLatch(1);

        real.timers().after(Duration.ofMillis(500), () -> ran.set(true)).cancel();
        real.timers().after(Duration.ofMillis(600), later::countDown);

        assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).isFalse();
    }

    @Test
    void doesNotWaitOnAThreadThatIsInterrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> real.pause().take(Duration.ofHours(1)))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void measuresForward() {
        long before = real.ticker().nanos();

        assertThat(real.ticker().nanos() - before).isNotNegative();
    }
}
