package dev.kintsugi.healing.call;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateGateTest {
    private final ManualTime time = new ManualTime();

    @Test
    void letsAsManyPassAtOnceAsAllowedAndThenEvenly() {
        var gate = new RateGate(RateLimit.of(10, ofSeconds(1)), time::nanos);

        assertThat(passed(gate, 20)).isEqualTo(10);
        time.pass(ofMillis(99));
        assertThat(passed(gate, 20)).isZero();
        time.pass(ofMillis(1));

        assertThat(passed(gate, 20)).isEqualTo(1);
    }

    @Test
    void neverLetsMorePassThanTwiceTheLimitInItsTimeNorFewerThanTheLimitInTheLongRun() {
        for (long seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            var gate = new RateGate(RateLimit.of(10, ofSeconds(1)), time::nanos);
            var recent = new ArrayDeque<Long>();
            long began = time.nanos();
            int all = 0;
            for (int step = 0; step < 2_000; step++) {
                time.pass(ofMillis(random.nextInt(60)));
                if (gate.pass()) {
                    all++;
                    recent.add(time.nanos());
                }
                while (!recent.isEmpty()
                        && time.nanos() - recent.peekFirst() >= ofSeconds(1).toNanos()) {
                    recent.removeFirst();
                }
                assertThat(recent.size()).as("seed %d", seed).isLessThanOrEqualTo(20);
            }
            long seconds = Duration.ofNanos(time.nanos() - began).toSeconds();
            assertThat((long) all).as("seed %d", seed).isBetween(seconds * 9, seconds * 10 + 20);
        }
    }

    @Test
    void rejectsACallThatIsTooMuch() {
        var recovery =
                Recovery.of("model", Setting.standard().time(time.with(new Random(7))))
                        .rateLimit(RateLimit.of(1, ofSeconds(1)));
        recovery.call(() -> "poem");

        assertThatThrownBy(() -> recovery.call(() -> "poem"))
                .isInstanceOfSatisfying(
                        CallRejected.class,
                        e -> assertThat(e.reason()).isEqualTo(Rejection.RATE_LIMITED));
        assertThat(recovery.describe()).contains("rate limit(1 per PT1S)");
    }

    private static int passed(RateGate gate, int asked) {
        int passed = 0;
        for (int i = 0; i < asked; i++) {
            passed += gate.pass() ? 1 : 0;
        }
        return passed;
    }
}
