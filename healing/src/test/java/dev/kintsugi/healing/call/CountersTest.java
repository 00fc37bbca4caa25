package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountersTest {
    private final Counters counters = new Counters();
    private final int thread = Lanes.ofThread();

    @Test
    void measuresEachOfCallsThatComeInTurns() {
        for (int period : new int[] {2, 4, 8, 16}) {
            var measured = new int[period];
            for (int call = 0; call < 64_000; call++) {
                measured[call % period] += counters.isMeasured(thread) ? 1 : 0;
                counters.smooth(thread);
            }

            assertThat(measured).as("period %d", period).doesNotContain(0);
        }
    }

    @Test
    void measuresAShareOfCallsThatFail() {
        int measured = 0;
        for (int call = 0; call < 800; call++) {
            measured += counters.isMeasured(thread) ? 1 : 0;
            counters.failedAttempt();
        }

        assertThat(measured).isBetween(40, 60);
    }
}
