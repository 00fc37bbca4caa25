package dev.kintsugi.healing.call;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.time.ManualTime;
import dev.kintsugi.healing.time.Ticker;
import dev.kintsugi.healing.time.TimeAndChance;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private final ManualTime time = new ManualTime();
    private final List<BreakerPhase> phases = new ArrayList<>();

    @Test
    void opensWhenHalfOfTheCallsFail() {
        var breaker = breaker(Breaker.opensAt(FailureRate.of(0.5).minimumCalls(10)));
        for (int i = 0; i < 5; i++) {
            breaker.succeeded(breaker.permit(), -1);
            assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
            breaker.failed(breaker.permit(), -1);
        }

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void concludesNothingFromTooFewCalls() {
        var breaker = breaker(Breaker.opensAt(FailureRate.of(0.5).minimumCalls(10)));

        for (int i = 0; i < 9; i++) {
            breaker.failed(breaker.permit(), -1);
        }

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void forgetsWhatIsOlderThanTheWindow() {
        var breaker =
                breaker(
                        Breaker.opensAt(
                                FailureRate.of(0.5).minimumCalls(10).window(ofSeconds(10))));
        for (int i = 0; i < 9; i++) {
            breaker.failed(breaker.permit(), -1);
        }

        time.pass(ofSeconds(10));
        breaker.failed(breaker.permit(), -1);

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void resettingForgetsWhatWasCounted() {
        var breaker = breaker(Breaker.opensAt(FailureRate.of(0.5).minimumCalls(10)));
        for (int i = 0; i < 9; i++) {
            breaker.failed(breaker.permit(), -1);
        }

        breaker.reset();
        breaker.failed(breaker.permit(), -1);

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void tellsOfItsMovesInOrderAlsoWhereAListenerMovesIt() {
        var moves = new ArrayList<String>();
        var breaker = new AtomicReference<CircuitBreaker>();
        BiConsumer<BreakerPhase, BreakerPhase> resets =
                (from, to) -> {
                    if (to == BreakerPhase.OPEN) {
                        breaker.get().reset();
                    }
                    moves.add(from + " to " + to);
                };
        breaker.set(new CircuitBreaker(Breaker.opensAfter(1), time.with(new Random(7)), resets));

        breaker.get().failed(breaker.get().permit(), -1);

        assertThat(moves).containsExactly("CLOSED to OPEN", "OPEN to CLOSED");
    }

    /** It comes when the breaker looks what time it closed. */
    @Test
    void aFailureAtTheMomentItClosesDoesNotCountWithThoseThatOpenedIt() {
        var looks = new ArrayList<Runnable>();
        Ticker ticker =
                () -> {
                    List.copyOf(looks).forEach(Runnable::run);
                    return time.nanos();
                };
        TimeAndChance all = time.with(new Random(7));
        var breaker =
                new CircuitBreaker(
                        Breaker.opensAt(FailureRate.of(0.5).minimumCalls(10))
                                .halfOpenAfter(ofSeconds(1))
                                .closesAfter(1),
                        new TimeAndChance(
                                all.clock(), ticker, all.pause(), all.timers(), all.chance()),
                        (_, _) -> {});
        for (int i = 0; i < 10; i++) {
            breaker.failed(breaker.permit(), -1);
        }
        time.pass(ofSeconds(1));
        long probe = breaker.permit();
        looks.add(() -> {
            if (breaker.phase() == BreakerPhase.CLOSED) {
                looks.clear();
                breaker.failed(breaker.permit(), -1);
            }
        });

        breaker.succeeded(probe, -1);

        assertThat(looks).isEmpty();
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void opensWhenTooManyCallsAreSlow() {
        var breaker =
                breaker(
                        Breaker.opensAt(
                                FailureRate.of(1).minimumCalls(4).slowCalls(0.5, ofSeconds(2))));
        succeed(breaker, ofMillis(10));
        succeed(breaker, ofMillis(10));
        succeed(breaker, ofSeconds(2));

        succeed(breaker, ofSeconds(3));

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void aSlowProbeOpensItAgain() {
        var breaker = breaker(Breaker.opensAt(FailureRate.of(0.5).slowCalls(0.5, ofSeconds(2))));
        breaker.trip();
        time.pass(ofSeconds(60));

        succeed(breaker, ofSeconds(2));

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void aClockThatIsPutBackDoesNotKeepItOpen() {
        var breaker = breaker(Breaker.opensAfter(1));
        breaker.failed(breaker.permit(), -1);
        time.moveClock(Duration.ofDays(-1));

        time.pass(ofSeconds(60));

        assertThat(breaker.permit()).isNotEqualTo(CircuitBreaker.REFUSED);
    }

    @Test
    void outcomesOfAnEarlierPeriodDoNotCount() {
        var breaker = breaker(Breaker.opensAfter(1).closesAfter(1));
        long early = breaker.permit();
        breaker.failed(breaker.permit(), -1);
        time.pass(ofSeconds(60));
        breaker.succeeded(breaker.permit(), -1);
        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);

        breaker.failed(early, -1);

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void aProbeThatNeverReturnsFreesItsPlace() {
        var breaker = breaker(Breaker.opensAfter(1).probeLease(ofSeconds(30)));
        breaker.failed(breaker.permit(), -1);
        time.pass(ofSeconds(60));
        assertThat(breaker.permit()).isNotEqualTo(CircuitBreaker.REFUSED);

        time.pass(ofSeconds(29));
        assertThat(breaker.permit()).isEqualTo(CircuitBreaker.REFUSED);
        time.pass(ofSeconds(1));

        assertThat(breaker.permit()).isNotEqualTo(CircuitBreaker.REFUSED);
    }

    @Test
    void aProbeFreesItsPlaceAndFailsAsItDidThoughTheClassifierThrows() {
        var detector =
                new ErrorDetector(
                        _ -> {
                            throw new IllegalStateException("planted");
                        },
                        new Random(1));
        var setting = Setting.standard().time(time.with(new Random(1))).detector(detector);
        var recovery = Recovery.of("model", setting).breaker(Breaker.opensAfter(1));
        var breaker = recovery.circuitBreaker().orElseThrow();
        breaker.trip();
        time.pass(ofSeconds(60));

        assertThatThrownBy(() -> recovery.call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);

        assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
        time.pass(ofSeconds(60));
        assertThat(recovery.call(() -> "poem")).isEqualTo("poem");
    }

    @Test
    void isIsolatedAndResetByHandAndTellsOfIt() {
        var breaker = breaker(Breaker.opensAfter(1));

        breaker.isolate();
        time.pass(Duration.ofDays(1));
        assertThat(breaker.permit()).isEqualTo(CircuitBreaker.REFUSED);
        breaker.reset();

        assertThat(breaker.permit()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(phases).containsExactly(BreakerPhase.OPEN, BreakerPhase.CLOSED);
    }

    @Test
    void goesOnWhereItsStoreLeftOff() {
        Instant opened = time.now().minusSeconds(45);
        var kept = openedAt(opened);
        BreakerStore store = new FixedStore(kept, new BreakerStore.Votes(1, List.of()));
        var recovery = Recovery.of("model", setting(store)).breaker(Breaker.opensAfter(5));

        time.pass(ofSeconds(14));
        assertThatThrownBy(() -> recovery.call(() -> "poem")).isInstanceOf(CallRejected.class);
        time.pass(ofSeconds(1));

        assertThat(recovery.call(() -> "poem")).isEqualTo("poem");
    }

    @Test
    void opensWhenMostNodesHaveOpenedTheirs() throws Exception {
        var store =
                new FixedStore(
                        BreakerState.closed(),
                        new BreakerStore.Votes(
                                3, List.of(time.now().plusMillis(1), time.now().plusMillis(2))));
        var opened = new CountDownLatch(1);
        var recovery =
                Recovery.of("model", setting(store).listener(_ -> opened.countDown()))
                        .breaker(Breaker.opensAfter(5));

        recovery.call(() -> "poem");
        time.pass(ofSeconds(1));

        assertThat(opened.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(recovery.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void oneSickNodeOpensNobody() {
        var votes = new BreakerStore.Votes(3, List.of(time.now()));

        assertThat(votes.mostOpenedAfter(Instant.EPOCH)).isFalse();
    }

    @Test
    void thoseThatAreStillOpenDoNotOpenAgainWhoHasClosed() {
        var votes = new BreakerStore.Votes(3, List.of(time.now(), time.now()));

        assertThat(votes.mostOpenedAfter(time.now())).isFalse();
        assertThat(votes.mostOpenedAfter(time.now().minusNanos(1))).isTrue();
    }

    /** A store with one answer. */
    private record FixedStore(BreakerState kept, BreakerStore.Votes votes) implements BreakerStore {
        @Override
        public BreakerState load(String component) {
            return kept;
        }

        @Override
        public Votes save(String component, BreakerState state) {
            return votes;
        }
    }

    private Setting setting(BreakerStore store) {
        return Setting.standard().time(time.with(new Random(7))).breakers(store);
    }

    private static BreakerState openedAt(Instant at) {
        return new BreakerState(
                BreakerPhase.OPEN, 0, 0, at, false, 3, 3, new java.util.TreeMap<>());
    }

    private void succeed(CircuitBreaker breaker, Duration after) {
        breaker.succeeded(breaker.permit(), after.toNanos());
    }

    private CircuitBreaker breaker(Breaker policy) {
        return new CircuitBreaker(policy, time.with(new Random(7)), (_, to) -> phases.add(to));
    }
}
