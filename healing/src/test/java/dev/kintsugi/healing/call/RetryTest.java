package dev.kintsugi.healing.call;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryTest {
    private final Retry retry = Retry.attempts(5).backoff(ofSeconds(1), ofSeconds(60));

    @Test
    void doublesItsWaitsUpToTheCap() {
        var plain = retry.withoutJitter();

        assertThat(plain.delay(1, 0.5, null)).isEqualTo(ofSeconds(1));
        assertThat(plain.delay(2, 0.5, null)).isEqualTo(ofSeconds(2));
        assertThat(plain.delay(6, 0.5, null)).isEqualTo(ofSeconds(32));
        assertThat(plain.delay(7, 0.5, null)).isEqualTo(ofSeconds(60));
    }

    @Test
    void neverWaitsLongerThanTheCapNorBelowZero() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            for (int attempt = 1; attempt <= 10; attempt++) {
                Duration wait = retry.delay(attempt, random.nextDouble(), null);

                assertThat(wait)
                        .as("seed %d, attempt %d", seed, attempt)
                        .isBetween(Duration.ZERO, ofSeconds(60));
            }
        }
    }

    @Test
    void spreadsItsWaitsOverTheWholeRange() {
        assertThat(retry.delay(3, 0, null)).isZero();
        assertThat(retry.delay(3, 0.25, null)).isEqualTo(ofSeconds(1));
        assertThat(retry.delay(3, 0.999, null)).isEqualTo(ofMillis(3_996));
    }

    @Test
    void waitsAtLeastAsLongAsTheOtherSideAskedAndNotAllAtOnce() {
        assertThat(retry.delay(1, 0, ofSeconds(20))).isEqualTo(ofSeconds(20));
        assertThat(retry.delay(1, 0.5, ofSeconds(20))).isEqualTo(ofMillis(20_500));
        assertThat(retry.delay(9, 0.9, ofSeconds(20))).isEqualTo(ofSeconds(56));
    }

    /** The cap includes the jitter. */
    @Test
    void waitsJustAsLongAsAskedWhereThatIsTheCap() {
        assertThat(retry.delay(1, 0, ofSeconds(60))).isEqualTo(ofSeconds(60));
        assertThat(retry.delay(9, 0.9, ofSeconds(60))).isEqualTo(ofSeconds(60));
    }

    @Test
    void givesUpWhenAskedToWaitLongerThanTheCap() {
        assertThat(retry.delay(1, 0, ofSeconds(61))).isNull();
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> Retry.attempts(0))
                .hasMessage("maxAttempts must be in [1, 10], was 0");
        assertThatThrownBy(() -> Retry.attempts(11))
                .hasMessage("maxAttempts must be in [1, 10], was 11");
        assertThatThrownBy(() -> retry.backoff(ofSeconds(2), ofSeconds(1)))
                .hasMessage("maxDelay must be in [PT2S, PT24H], was PT1S");
        assertThatThrownBy(() -> retry.base(Double.NaN))
                .hasMessage("base must be in [1.0, 10.0], was NaN");
        assertThatThrownBy(() -> new RetryBudget(-0.1, 10))
                .hasMessage("share must be in [0.0, 10.0], was -0.1");
        assertThatThrownBy(() -> Bulkhead.atMost(0))
                .hasMessage("maxConcurrent must be in [1, 1000000], was 0");
        assertThatThrownBy(() -> Breaker.opensAfter(0))
                .hasMessage("failureThreshold must be in [1, 1000], was 0");
    }

    @Test
    void spreadsItsWaitsAtTheCap() {
        assertThat(retry.delay(10, 0.25, null)).isEqualTo(ofSeconds(15));
        assertThat(retry.delay(10, 0.5, null)).isEqualTo(ofSeconds(30));
        assertThat(retry.delay(10, 0.25, ofSeconds(20))).isEqualTo(ofSeconds(30));
    }
}
