package dev.kintsugi.server.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HealingRoundsTest {

    @Test
    void goOnAfterAnError() throws InterruptedException {
        var twice = new CountDownLatch(2);
        Runnable failing =
                () -> {
                    twice.countDown();
                    throw new NoClassDefFoundError("planted");
                };
        var rounds =
                new HealingRounds(List.of(new HealingRounds.Round(Duration.ofMillis(1), failing)));

        rounds.start();

        try {
            assertThat(twice.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            rounds.stop();
        }
    }
}
