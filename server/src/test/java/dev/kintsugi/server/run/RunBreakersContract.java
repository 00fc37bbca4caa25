package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.server.platform.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What breakers of the run level do, on every store. */
abstract class RunBreakersContract {
    static final String TENANT = "default";
    static final String OTHER = "other";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final BreakerConfig CONFIG = BreakerConfig.ofRuns();
    private static final Duration COOLDOWN = Duration.ofMinutes(5);

    private BreakerRows rows;
    private Transactions transactions;

    /** Rows and what their transactions are. */
    record Opened(BreakerRows rows, Transactions transactions) {}

    abstract Opened opened();

    @BeforeEach
    final void open() {
        var opened = opened();
        rows = opened.rows();
        transactions = opened.transactions();
    }

    /** As after a restart: nothing is kept but the rows. */
    private RunBreakers breakers() {
        return new RunBreakers(rows, _ -> CONFIG);
    }

    private <T> T in(Supplier<T> work) {
        return transactions.asSystem(work);
    }

    private boolean permits(Instant now) {
        return in(() -> breakers().permits(TENANT, FailureClass.INFRA, now));
    }

    private void ended(boolean success, Instant now) {
        in(() -> {
            breakers().record(TENANT, FailureClass.INFRA, success, now);
            return now;
        });
    }

    private void opened(Instant now) {
        for (var i = 0; i < CONFIG.failureThreshold(); i++) {
            ended(false, now);
        }
    }

    @Test
    void opensAtTheThresholdAndNotBefore() {
        for (var i = 1; i < CONFIG.failureThreshold(); i++) {
            ended(false, START);
            assertThat(permits(START)).isTrue();
        }

        ended(false, START);

        assertThat(permits(START)).isFalse();
    }

    @Test
    void aSuccessInBetweenBeginsTheCountAgain() {
        for (var i = 1; i < CONFIG.failureThreshold(); i++) {
            ended(false, START);
        }
        ended(true, START);

        ended(false, START);

        assertThat(permits(START)).isTrue();
    }

    @Test
    void staysOpenForTheRestOfTheCooldownAfterARestart() {
        opened(START);

        assertThat(permits(START.plus(COOLDOWN).minusMillis(1))).isFalse();
        assertThat(permits(START.plus(COOLDOWN))).isTrue();
    }

    @Test
    void letsOneProbeThroughWhenHalfOpen() {
        opened(START);
        var later = START.plus(COOLDOWN);

        assertThat(permits(later)).isTrue();
        assertThat(permits(later)).isFalse();
        assertThat(permits(later.plusSeconds(1))).isFalse();
    }

    @Test
    void aProbeThatNeverReturnsGivesItsPlaceUp() {
        opened(START);
        var later = START.plus(COOLDOWN);
        assertThat(permits(later)).isTrue();

        assertThat(permits(later.plus(CONFIG.probeLease()))).isTrue();
    }

    @Test
    void closesAfterTwoProbesThatPassedAndOpensAfterOneThatFailed() {
        opened(START);
        var later = START.plus(COOLDOWN);
        for (var i = 0; i < CONFIG.successThreshold(); i++) {
            assertThat(permits(later)).isTrue();
            ended(true, later);
        }
        assertThat(permits(later)).isTrue();
        assertThat(permits(later)).isTrue();

        opened(later);
        var muchLater = later.plus(COOLDOWN);
        assertThat(permits(muchLater)).isTrue();
        ended(false, muchLater);

        assertThat(permits(muchLater)).isFalse();
        assertThat(permits(muchLater.plus(COOLDOWN).minusMillis(1))).isFalse();
    }

    @Test
    void eachTenantAndClassHasItsOwn() {
        opened(START);

        assertThat(in(() -> breakers().permits(OTHER, FailureClass.INFRA, START))).isTrue();
        assertThat(in(() -> breakers().permits(TENANT, FailureClass.TEST, START))).isTrue();
    }
}
