package dev.kintsugi.healing.call;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.time.ManualTime;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HedgeTest {
    private static final int WARM_UP = 100;

    private final ManualTime time = new ManualTime();
    private final Setting setting = Setting.standard().time(time.with(new Random(7)));
    private final List<CompletableFuture<String>> begun = new ArrayList<>();

    @Test
    void takesWhatComesFirstAndCancelsTheOther() throws Exception {
        var second = new CountDownLatch(1);
        Recovery recovery = warm();
        CompletableFuture<String> future =
                recovery.callAsync(() -> {
                    CompletableFuture<String> call = new CompletableFuture<>();
                    begun.add(call);
                    if (begun.size() == 2) {
                        second.countDown();
                    }
                    return call;
                });

        time.pass(ofMillis(50));
        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
        begun.get(1).complete("second");

        assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo("second");
        assertThat(begun.getFirst()).isCancelled();
        assertThat(recovery.statistics().hedges()).isOne();
        assertThat(recovery.statistics().hedgesWon()).isOne();
    }

    @Test
    void isNotMadeWhenTheFirstIsQuick() throws Exception {
        var calls = new AtomicInteger();

        String poem = warm().call(() -> "poem " + calls.incrementAndGet());
        time.pass(ofSeconds(1));

        assertThat(poem).isEqualTo("poem 1");
        assertThat(calls).hasValue(1);
        assertThat(time.pending()).isZero();
    }

    @Test
    void failsWhenNothingElseIsUnderWay() {
        assertThatThrownBy(() -> warm().call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);
    }

    /** Against a plain count: second calls are at most 5% of the calls so far. */
    @Test
    void addsAtMostFivePercent() {
        for (long seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            var calls = new AtomicInteger();
            var meter = new RetryMeter(Hedge.BUDGET, new RecentCalls(time::nanos, calls::get));
            int hedged = 0;
            for (int i = 0; i < 1_000; i++) {
                time.pass(ofMillis(random.nextInt(5)));
                calls.incrementAndGet();
                hedged += random.nextBoolean() && meter.take() ? 1 : 0;
                assertThat((double) hedged)
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(i * 0.05 + 0.05);
            }
        }
    }

    @Test
    void interruptsBothWhenTheCallerIs() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() ->
                        warm().call(() -> {
                            new CountDownLatch(1).await();
                            return "never";
                        }))
                .isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptOfItsOwnThreadIsNotTheCallers() throws Exception {
        var recovery = warm().retry(Retry.attempts(2).when(_ -> true));

        String poem = recovery.call(new Flaky(new InterruptedException("planted")));

        assertThat(Thread.interrupted()).isFalse();
        assertThat(poem).isEqualTo("poem");
    }

    /** After so many calls that a few may be made twice. */
    private Recovery warm() {
        var plain = Recovery.of("model", setting);
        var hedged = plain.hedge(Hedge.after(ofMillis(50)));
        for (int i = 0; i < WARM_UP; i++) {
            plain.call(() -> "poem");
        }
        return hedged;
    }

    @Test
    void isMadeWhereCallsAreFewAndSeldomSlow() throws Exception {
        var hedged = Recovery.of("model", setting).hedge(Hedge.after(ofMillis(50)));
        for (int i = 0; i < 200; i++) {
            hedged.call(() -> "poem");
            time.pass(ofMillis(100));
        }
        var second = new CountDownLatch(1);
        var calls = new AtomicInteger();

        CompletableFuture<String> future =
                hedged.callAsync(() -> {
                    if (calls.incrementAndGet() == 2) {
                        second.countDown();
                    }
                    return new CompletableFuture<>();
                });
        time.pass(ofMillis(50));

        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
        future.cancel(true);
    }

    @Test
    void givesItsPlaceBackHoweverItEnds() throws Exception {
        for (long seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            var hedged = warm().bulkhead(Bulkhead.atMost(1)).timeout(ofSeconds(1));
            var calls = new LinkedBlockingQueue<CompletableFuture<String>>();
            CompletableFuture<String> future =
                    hedged.callAsync(() -> {
                        var call = new CompletableFuture<String>();
                        calls.add(call);
                        return call;
                    });
            time.pass(ofMillis(50));
            CompletableFuture<String> first = calls.poll(10, TimeUnit.SECONDS);
            CompletableFuture<String> second = calls.poll(10, TimeUnit.SECONDS);
            assertThat(second).as("seed %d", seed).isNotNull();

            switch (random.nextInt(4)) {
                case 0 -> (random.nextBoolean() ? first : second).complete("poem");
                case 1 -> {
                    first.completeExceptionally(new ConnectException());
                    second.completeExceptionally(new ConnectException());
                }
                case 2 -> future.cancel(true);
                default -> time.pass(ofSeconds(1));
            }

            future.handle((_, _) -> "over").get(10, TimeUnit.SECONDS);
            Permits places = Objects.requireNonNull(hedged.guard().places());
            assertThat(places.taken()).as("seed %d", seed).isZero();
        }
    }
}
