package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.time.ManualTime;
import java.net.ConnectException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BreakerSyncTest {
    private final ManualTime time = new ManualTime();
    private final KeepingStore store = new KeepingStore();
    private final Recovery recovery =
            Recovery.of("model", Setting.standard().time(time.with(new Random(1))).breakers(store))
                    .breaker(Breaker.opensAfter(1));

    @Test
    void savesEverySecondInWhichItWasCalled() throws Exception {
        recovery.call(() -> "poem");

        second();

        assertThat(store.next()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void savesNothingWhileItIsIdle() throws Exception {
        recovery.call(() -> "poem");
        second();
        store.next();

        second();
        second();

        assertThat(store.saved).isEmpty();
    }

    @Test
    void savesAtOnceThatItOpened() throws Exception {
        assertThatThrownBy(this::fail).isInstanceOf(ConnectException.class);

        assertThat(store.next()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void goesOnWhileItsStoreIsAway() throws Exception {
        store.away = true;
        recovery.call(() -> "poem");
        second();
        store.away = false;

        second();

        assertThat(store.next()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void savesAChangeThoughItsStoreWasAwayThenAndNobodyCalls() throws Exception {
        store.away = true;
        breaker().isolate();
        store.refused.acquire();
        store.away = false;

        secondsUntilItSaves();

        assertThat(store.next()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void savesAChangeThatComesWhileItSaves() throws Exception {
        store.goOn = new CountDownLatch(1);
        breaker().isolate();
        assertThat(store.next()).isEqualTo(BreakerPhase.OPEN);
        breaker().reset();
        store.goOn.countDown();

        secondsUntilItSaves();

        assertThat(store.next()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void aBreakerThatWasReplacedHasNoSayAnyMore() throws Exception {
        breaker().isolate();
        assertThat(store.next()).isEqualTo(BreakerPhase.OPEN);

        Recovery replaced = recovery.breaker(Breaker.opensAfter(1));

        for (int i = 0; i < 5; i++) {
            replaced.call(() -> "poem");
            second();
            assertThat(store.next()).isEqualTo(BreakerPhase.CLOSED);
        }
        assertThat(store.saved).isEmpty();
    }

    private void secondsUntilItSaves() {
        for (int i = 0; i < 100 && store.saved.isEmpty(); i++) {
            second();
        }
    }

    private CircuitBreaker breaker() {
        return recovery.circuitBreaker().orElseThrow();
    }

    private void fail() throws ConnectException {
        recovery.call(() -> {
            throw new ConnectException("planted");
        });
    }

    /** The next look comes when the last is over. */
    private void second() {
        time.pass(ofSeconds(1));
        while (time.pending() == 0) {
            Thread.onSpinWait();
        }
    }

    /** Tells what was saved. */
    private static final class KeepingStore implements BreakerStore {
        final BlockingQueue<BreakerPhase> saved = new LinkedBlockingQueue<>();
        final Semaphore refused = new Semaphore(0);
        volatile CountDownLatch goOn = new CountDownLatch(0);
        volatile boolean away;

        @Override
        public BreakerState load(String component) {
            return BreakerState.closed();
        }

        @Override
        public Votes save(String component, BreakerState state) {
            if (away) {
                refused.release();
                throw new IllegalStateException("planted");
            }
            saved.add(state.phase());
            try {
                goOn.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return new Votes(1, List.of());
        }

        @Nullable BreakerPhase next() throws InterruptedException {
            return saved.poll(10, TimeUnit.SECONDS);
        }
    }
}
