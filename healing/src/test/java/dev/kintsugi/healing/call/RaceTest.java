package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Threads that begin at the same moment, thousands of times, and what must hold however they met.
 */
class RaceTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 2_000;
    private static final int CALLS = 50;

    private final ManualTime time = new ManualTime();

    /** What one thread does in one round. */
    private interface Racer {
        void race(int thread) throws Exception;
    }

    @Test
    void neverMoreCallsThanPlaces() throws Exception {
        for (int max = 1; max < THREADS; max++) {
            var permits = new Permits(max);
            int limit = max;
            var inside = new AtomicInteger();
            race(
                    ROUNDS / CALLS,
                    _ -> {
                        for (int i = 0; i < CALLS * CALLS; i++) {
                            if (permits.take(Lanes.ofThread())) {
                                assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(limit);
                                inside.decrementAndGet();
                                permits.giveBack(Lanes.ofThread());
                            }
                        }
                    });
            assertThat(permits.taken()).isZero();
        }
    }

    @Test
    void aHalfOpenBreakerNeverAdmitsTwoProbes() throws Exception {
        var breaker = breaker(Breaker.opensAfter(1).closesAfter(1_000));
        var admitted = new AtomicLong();
        for (int round = 0; round < ROUNDS; round++) {
            breaker.trip();
            breaker.failed(admitted.get(), -1);
            time.pass(Duration.ofSeconds(60));
            var probes = new AtomicInteger();
            race(
                    1,
                    _ -> {
                        long permit = breaker.permit();
                        if (permit != CircuitBreaker.REFUSED) {
                            probes.incrementAndGet();
                            admitted.set(permit);
                        }
                    });
            assertThat(probes).as("round %d", round).hasValue(1);
        }
    }

    @Test
    void manyFailuresAtOnceOpenABreakerOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var opened = new AtomicInteger();
            var breaker =
                    new CircuitBreaker(
                            Breaker.opensAfter(THREADS),
                            time.with(new Random(7)),
                            (_, _) -> opened.incrementAndGet());
            race(1, _ -> breaker.failed(breaker.permit(), -1));
            assertThat(breaker.phase()).as("round %d", round).isEqualTo(BreakerPhase.OPEN);
            assertThat(opened).as("round %d", round).hasValue(1);
        }
    }

    @Test
    void theRetryBudgetIsNotOverdrawn() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var meter =
                    new RetryMeter(new RetryBudget(0.1, 3), new RecentCalls(time::nanos, () -> 50));
            var taken = new AtomicInteger();
            race(
                    1,
                    _ -> {
                        for (int i = 0; i < THREADS; i++) {
                            if (meter.take()) {
                                taken.incrementAndGet();
                            }
                        }
                    });
            assertThat(taken).as("round %d", round).hasValue(3);
        }
    }

    /** The first fails as the second begins: either the second never does, or it is waited for. */
    @Test
    void aHedgeDoesNotFailWhileItsSecondCallIsUnderWay() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var calls = new ConcurrentLinkedQueue<CompletableFuture<String>>();
            var second = new ConcurrentLinkedQueue<Runnable>();
            CompletableFuture<String> hedged =
                    HedgeRace.run(
                            () -> {
                                var call = new CompletableFuture<String>();
                                calls.add(call);
                                return call;
                            },
                            Hedge.after(Duration.ofMillis(1)),
                            time.with(new Random(7)).timers(),
                            new RetryMeter(
                                    RetryBudget.unlimited(), new RecentCalls(time::nanos, () -> 1)),
                            second::add);
            time.pass(Duration.ofMillis(1));
            race(
                    1,
                    thread -> {
                        if (thread == 0) {
                            second.remove().run();
                        } else if (thread == 1) {
                            calls.remove().completeExceptionally(new IllegalStateException());
                        }
                    });
            boolean begun = !calls.isEmpty();
            calls.forEach(each -> each.complete("second"));
            assertThat(hedged.isCompletedExceptionally())
                    .as("round %d, begun %b", round, begun)
                    .isEqualTo(!begun);
        }
    }

    @Test
    void nothingIsLostFromTheCounters() throws Exception {
        var recovery =
                Recovery.of("counted", Setting.standard()).bulkhead(Bulkhead.atMost(THREADS));
        race(ROUNDS / CALLS, _ -> callOften(recovery));

        assertThat(recovery.statistics().calls()).isEqualTo((long) THREADS * ROUNDS);
        assertThat(recovery.statistics().rejections().values()).containsOnly(0L);
    }

    private static void callOften(Recovery recovery) {
        for (int i = 0; i < CALLS; i++) {
            recovery.call(() -> "poem");
        }
    }

    private CircuitBreaker breaker(Breaker policy) {
        return new CircuitBreaker(policy, time.with(new Random(7)), (_, _) -> {});
    }

    private static void race(int rounds, Racer racer) throws Exception {
        var start = new CyclicBarrier(THREADS);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                all.add(
                        threads.submit(() -> {
                            for (int round = 0; round < rounds; round++) {
                                start.await();
                                racer.race(number);
                            }
                            return null;
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }
}
