package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final long DEADLINE = Watchdog.word(1_000);

    private final AtomicLong nanos = new AtomicLong();
    private final Watchdog watchdog = new Watchdog(nanos::get);

    @AfterEach
    void leaveNoInterrupt() {
        Thread.interrupted();
    }

    @Test
    void takesItsOwnInterruptBack() {
        int slot = watchdog.begin(DEADLINE);
        nanos.set(DEADLINE);
        watchdog.lookAround();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();

        assertThat(watchdog.end(slot, DEADLINE)).isTrue();

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void keepsAnInterruptByOthers() {
        int slot = watchdog.begin(DEADLINE);
        Thread.currentThread().interrupt();
        nanos.set(DEADLINE);
        watchdog.lookAround();

        assertThat(watchdog.end(slot, DEADLINE)).isTrue();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void keepsAnInterruptByOthersOfACallThatEndsInTime() {
        int slot = watchdog.begin(DEADLINE);
        Thread.currentThread().interrupt();
        nanos.set(DEADLINE - 1);
        watchdog.lookAround();

        assertThat(watchdog.end(slot, DEADLINE)).isFalse();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptsNobodyWhoseCallIsOver() {
        int slot = watchdog.begin(DEADLINE);
        assertThat(watchdog.end(slot, DEADLINE)).isFalse();

        nanos.set(DEADLINE);
        watchdog.lookAround();

        assertThat(Thread.interrupted()).isFalse();
    }
}
