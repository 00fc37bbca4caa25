package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateWindowTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long BEGIN = -5 * SECOND;

    private final RateWindow window =
            new RateWindow(
                    FailureRate.of(0.5)
                            .minimumCalls(10)
                            .window(ofSeconds(10))
                            .slowCalls(0.5, ofSeconds(2)),
                    BEGIN);

    @Test
    void countsCallsOfAllItsSlices() {
        for (int second = 0; second < 9; second++) {
            assertThat(count(second, false)).isFalse();
        }

        for (int failures = 1; failures < 9; failures++) {
            assertThat(count(9, true)).as("%d of %d", failures, 9 + failures).isFalse();
        }
        assertThat(count(9, true)).isTrue();
    }

    @Test
    void forgetsWhatIsOlderThanItsWindow() {
        for (int i = 0; i < 1_000; i++) {
            count(0, false);
        }
        for (int i = 0; i < 5; i++) {
            count(9, false);
        }

        for (int i = 0; i < 4; i++) {
            assertThat(count(10, true)).isFalse();
        }
        assertThat(count(10, true)).isTrue();
    }

    @Test
    void forgetsEverythingInALongSilence() {
        for (int i = 0; i < 9; i++) {
            assertThat(count(0, true)).isFalse();
        }

        assertThat(count(1_000, true)).isFalse();
    }

    @Test
    void countsACallThatIsToldLateWithThoseOfNow() {
        count(20, false);

        for (int i = 0; i < 8; i++) {
            assertThat(count(0, true)).isFalse();
        }
        assertThat(count(0, true)).isTrue();
    }

    @Test
    void countsSlowCallsThatWentWell() {
        for (int i = 0; i < 5; i++) {
            count(0, false);
        }

        for (int i = 0; i < 4; i++) {
            assertThat(window.count(BEGIN, false, 2 * SECOND)).isFalse();
        }
        assertThat(window.count(BEGIN, false, 2 * SECOND)).isTrue();
    }

    private boolean count(int second, boolean failed) {
        return window.count(BEGIN + second * SECOND, failed, -1);
    }
}
