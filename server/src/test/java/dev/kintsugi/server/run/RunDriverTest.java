package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.server.run.RunDriver.Round;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunDriverTest {
    private static final Duration SOON = Duration.ofMillis(10);

    private final AtomicInteger rounds = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final RunDriver driver =
            new RunDriver(
                    List.of(new Round("things", SOON, true, this::round)),
                    () -> false,
                    ends::incrementAndGet,
                    nanos::get);

    @AfterEach
    void stop() {
        driver.stop();
    }

    private void round() {
        rounds.incrementAndGet();
        if (broken.get()) {
            throw new NoClassDefFoundError("gone");
        }
    }

    @Test
    void goesOnAfterAnError() {
        broken.set(true);

        driver.start();

        await().until(() -> rounds.get() > 3);
    }

    @Test
    void isNotReadyOnceItsRoundsFailForTooLong() {
        driver.start();
        await().until(() -> rounds.get() > 0);
        assertThat(driver.ready()).isTrue();

        broken.set(true);
        var before = rounds.get();
        await().until(() -> rounds.get() > before + 1); // so none is at its good end any more
        nanos.addAndGet(RunDriver.MAX_AGE.toNanos() + 1);

        assertThat(driver.ready()).isFalse();
        broken.set(false);
        await().until(driver::ready);
    }

    @Test
    void doesTheLastThingOnceAtTheStop() {
        driver.start();
        assertThat(ends).hasValue(0);

        driver.stop();

        assertThat(ends).hasValue(1);
        assertThat(driver.ready()).isFalse();
    }
}
