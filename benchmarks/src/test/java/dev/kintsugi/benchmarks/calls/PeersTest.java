package dev.kintsugi.benchmarks.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.failsafe.CircuitBreakerOpenException;
import dev.kintsugi.healing.breaker.BreakerPhase;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All libraries do the same, or what is measured would say nothing. */
class PeersTest {

    @ParameterizedTest
    @EnumSource
    void answerTheSame(BreaksOn failures) {
        assertThat(Peers.kintsugi(failures).call(Peers::operation)).isEqualTo(Peers.POEM);
        assertThat(Peers.failsafe(failures).get(Peers::operation)).isEqualTo(Peers.POEM);
        assertThat(Peers.resilience4j(failures).get()).isEqualTo(Peers.POEM);
        assertThat(Peers.kintsugiTimed(failures).call(Peers::operation)).isEqualTo(Peers.POEM);
        assertThat(Peers.failsafeTimed(failures).get(Peers::operation)).isEqualTo(Peers.POEM);
        assertThat(Peers.resilience4jTimed(failures).get()).isEqualTo(Peers.POEM);
    }

    @Test
    void openAtTheSameFailureOfSeveralInARow() {
        assertOpensAt(BreaksOn.FAILURES_IN_A_ROW, Peers.FAILURES);
    }

    @Test
    void openAtTheSameShareOfFailures() {
        assertOpensAt(BreaksOn.RATES, 100);
    }

    private static void assertOpensAt(BreaksOn failures, int calls) {
        var ours = Peers.kintsugi().breaker(Peers.kintsugiBreaker(failures));
        var resilience4j = Peers.resilience4jBreaker(failures);
        var failsafe = Peers.failsafeBreaker(failures);
        var breaker = ours.circuitBreaker().orElseThrow();

        for (int i = 0; i < calls; i++) {
            assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
            assertThat(resilience4j.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
            assertThat(failsafe.isClosed()).isTrue();
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> ours.call(PeersTest::down));
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> resilience4j.executeSupplier(PeersTest::down));
            failsafe.recordFailure();
        }

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
        assertThat(resilience4j.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(failsafe.isOpen()).isTrue();
    }

    @Test
    void areOpenWhereTheyReject() {
        var rejected = new RejectedBenchmark();

        assertThat(rejected.kintsugi()).isInstanceOf(dev.kintsugi.healing.call.CallRejected.class);
        assertThat(rejected.resilience4j()).isInstanceOf(CallNotPermittedException.class);
        assertThat(rejected.failsafe()).isInstanceOf(CircuitBreakerOpenException.class);
    }

    @ParameterizedTest
    @EnumSource
    void serveAllVirtualThreads(BreaksOn failures) {
        var threads = new VirtualBenchmark();
        threads.breaksOn = failures;
        threads.setUp();

        assertThatCode(threads::kintsugi).doesNotThrowAnyException();
        assertThatCode(threads::resilience4j).doesNotThrowAnyException();
        assertThatCode(threads::failsafe).doesNotThrowAnyException();
    }

    private static String down() {
        throw new IllegalStateException("I/O error: Connection refused");
    }
}
