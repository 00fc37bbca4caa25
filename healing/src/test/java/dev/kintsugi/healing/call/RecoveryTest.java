package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.time.ManualTime;
import dev.kintsugi.healing.time.Ticker;
import dev.kintsugi.healing.time.TimeAndChance;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private final ManualTime time = new ManualTime();
    private final Heard heard = new Heard();
    private final Setting setting =
            Setting.standard().time(time.with(new Random(7))).listener(heard);
    private final Retry threeTimes = Retry.attempts(3).backoff(ofSeconds(1), ofSeconds(60));

    @Test
    void returnsWhatTheOperationReturns() {
        var recovery = Recovery.of("openai_adapter", setting);

        // A lambda that throws nothing that is checked needs no catch.
        String poem = recovery.call(() -> "poem");

        assertThat(poem).isEqualTo("poem");
        assertThat(recovery.statistics().succeeded()).isOne();
        assertThat(heard.successes()).isOne();
    }

    @Test
    void triesAgainWhatMayPass() throws Exception {
        var recovery = Recovery.of("openai_adapter", setting).retry(threeTimes.withoutJitter());
        var flaky = new Flaky(new SocketTimeoutException("Read timed out"), new IOException("?"));

        String poem = recovery.call(flaky);

        assertThat(poem).isEqualTo("poem");
        assertThat(time.pauses()).containsExactly(ofSeconds(1), ofSeconds(2));
        var ended = heard.all(HealingEvent.RecoveryEnded.class).getFirst().result();
        assertThat(ended.outcome()).isEqualTo(RecoveryResult.Outcome.RECOVERED);
        assertThat(ended.attempts()).isEqualTo(3);
        assertThat(ended.duration()).isEqualTo(ofSeconds(3));
        assertThat(ended.message())
                .isEqualTo("openai_adapter RECOVERED: retry_backoff after 3 attempts");
        var counted = recovery.statistics();
        assertThat(counted.calls()).isOne();
        assertThat(counted.succeeded()).isOne();
        assertThat(counted.retries()).isEqualTo(2);
        assertThat(counted.failedAttempts()).isEqualTo(2);
        assertThat(counted.recoveries()).containsEntry(RecoveryAction.RETRY_BACKOFF, 1L);
    }

    @Test
    void throwsWhatTheLastAttemptThrew() {
        var recovery = Recovery.of("openai_adapter", setting).retry(threeTimes);
        var last = new ConnectException("Connection refused");
        var flaky = new Flaky(new ConnectException("1"), new ConnectException("2"), last);

        assertThatThrownBy(() -> recovery.call(flaky)).isSameAs(last);

        assertThat(recovery.statistics().failed()).isOne();
        assertThat(flaky.calls()).isEqualTo(3);
    }

    @Test
    void doesNotRepeatARequestThatIsWrong() {
        var recovery = Recovery.of("openai_adapter", setting).retry(threeTimes);
        var flaky = new Flaky(new IllegalArgumentException("no such model"));

        assertThatThrownBy(() -> recovery.call(flaky)).isInstanceOf(IllegalArgumentException.class);

        assertThat(flaky.calls()).isOne();
    }

    @Test
    void repeatsWhatItIsToldTo() throws Exception {
        var recovery =
                Recovery.of("openai_adapter", setting)
                        .retry(threeTimes.when(error -> error.failure().message().contains("odd")));

        assertThat(recovery.call(new Flaky(new IllegalArgumentException("odd")))).isEqualTo("poem");
        assertThatThrownBy(() -> recovery.call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void doesNotRepeatWhatWasCancelled() {
        var recovery = Recovery.of("openai_adapter", setting).retry(threeTimes);
        var flaky = new Flaky(new CancellationException());

        assertThatThrownBy(() -> recovery.call(flaky)).isInstanceOf(CancellationException.class);

        assertThat(flaky.calls()).isOne();
    }

    @Test
    void leavesTheThreadInterruptedWhenTheOperationWas() {
        var recovery = Recovery.of("openai_adapter", setting).retry(threeTimes);
        var flaky = new Flaky(new InterruptedException());

        Throwable thrown = catchThrowable(() -> recovery.call(flaky));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(thrown).isInstanceOf(InterruptedException.class);
        assertThat(flaky.calls()).isOne();
    }

    @Test
    void endsWithTheLastFailureWhenInterruptedWhileWaiting() {
        var recovery = Recovery.of("openai_adapter", setting).retry(threeTimes);
        Operation<String, IOException> interruptedLater =
                () -> {
                    Thread.currentThread().interrupt();
                    throw new ConnectException("Connection refused");
                };

        Throwable thrown = catchThrowable(() -> recovery.call(interruptedLater));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(thrown).isInstanceOf(ConnectException.class);
        assertThat(time.pauses()).isEmpty();
    }

    @Test
    void neverTriesAgainThroughAnOpenBreaker() {
        var recovery =
                Recovery.of("openai_adapter", setting)
                        .retry(Retry.attempts(10))
                        .breaker(Breaker.opensAfter(2));
        var flaky = new Flaky(refusals(10));

        Throwable thrown = catchThrowable(() -> recovery.call(flaky));

        assertThat(thrown).isInstanceOf(CallRejected.class);
        assertThat(flaky.calls()).isEqualTo(2);
        assertThat(time.pauses()).hasSize(2);
        assertThat(heard.all(HealingEvent.BreakerMoved.class))
                .containsExactly(
                        new HealingEvent.BreakerMoved(
                                "openai_adapter", BreakerPhase.CLOSED, BreakerPhase.OPEN));
    }

    @Test
    void rejectsWhileTheBreakerIsOpenAndProbesAfterwards() throws Exception {
        var recovery =
                Recovery.of("openai_adapter", setting)
                        .breaker(Breaker.opensAfter(5).halfOpenAfter(ofSeconds(60)).closesAfter(2));
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> recovery.call(new Flaky(refusals(1))))
                    .isInstanceOf(ConnectException.class);
        }

        time.pass(ofSeconds(59));
        assertThatThrownBy(() -> recovery.call(() -> "poem"))
                .isInstanceOfSatisfying(
                        CallRejected.class,
                        e -> assertThat(e.reason()).isEqualTo(Rejection.BREAKER_OPEN));
        time.pass(ofSeconds(1));
        recovery.call(() -> "poem");
        assertThat(recovery.circuitBreaker().orElseThrow().phase())
                .isEqualTo(BreakerPhase.HALF_OPEN);
        recovery.call(() -> "poem");

        assertThat(recovery.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(recovery.statistics().rejections()).containsEntry(Rejection.BREAKER_OPEN, 1L);
        assertThat(recovery.statistics().recoveries())
                .containsEntry(RecoveryAction.CIRCUIT_BREAK, 1L);
    }

    @Test
    void requestErrorsDoNotOpenTheBreaker() {
        var recovery = Recovery.of("openai_adapter", setting).breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() -> recovery.call(new Flaky(new IllegalArgumentException("no"))))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(recovery.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void rejectsMoreCallsThanTheBulkheadHasPlaces() {
        var recovery = Recovery.of("openai_adapter", setting).bulkhead(Bulkhead.atMost(1));

        String poem =
                recovery.call(() -> {
                    assertThatThrownBy(() -> recovery.call(() -> "second"))
                            .isInstanceOf(CallRejected.class);
                    return "first";
                });

        assertThat(poem).isEqualTo("first");
        assertThat(recovery.call(() -> "third")).isEqualTo("third");
    }

    @Test
    void rejectionsUseUpAttemptsToo() {
        var recovery =
                Recovery.of("openai_adapter", setting)
                        .retry(threeTimes)
                        .bulkhead(Bulkhead.atMost(1));

        recovery.call(() -> {
            assertThatThrownBy(() -> recovery.call(() -> "second"))
                    .isInstanceOf(CallRejected.class);
            return "first";
        });

        assertThat(time.pauses()).hasSize(2);
        assertThat(recovery.statistics().rejections()).containsEntry(Rejection.BULKHEAD_FULL, 3L);
    }

    @Test
    void asksWhetherARejectionIsWorthAnotherAttempt() {
        var asked = new ArrayList<ErrorContext>();
        var recovery =
                Recovery.of("openai_adapter", setting)
                        .retry(
                                threeTimes.when(error -> {
                                    asked.add(error);
                                    return false;
                                }))
                        .bulkhead(Bulkhead.atMost(1));

        recovery.call(() -> {
            assertThatThrownBy(() -> recovery.call(() -> "second"))
                    .isInstanceOf(CallRejected.class);
            return "first";
        });

        assertThat(asked)
                .extracting(ErrorContext::category)
                .containsExactly(FailureCategory.RESOURCE);
        assertThat(time.pauses()).isEmpty();
    }

    @Test
    void errorsOfTheMachineFreeWhatTheyHeld() {
        var recovery =
                Recovery.of("openai_adapter", setting)
                        .retry(threeTimes)
                        .bulkhead(Bulkhead.atMost(1));

        assertThatThrownBy(() ->
                        recovery.call(() -> {
                            throw new StackOverflowError();
                        }))
                .isInstanceOf(StackOverflowError.class);

        assertThat(recovery.call(() -> "next")).isEqualTo("next");
        assertThat(time.pauses()).isEmpty();
    }

    @Test
    void aListenerThatThrowsHurtsNobody() {
        var others = new Heard();
        HealingListener broken =
                new HealingListener() {
                    @Override
                    public void onEvent(HealingEvent event) {
                        throw new IllegalStateException("planted");
                    }

                    @Override
                    public void onSuccess(String component, long nanos) {
                        throw new IllegalStateException("planted");
                    }
                };
        var recovery =
                Recovery.of(
                        "openai_adapter",
                        Setting.standard()
                                .time(time.with(new Random(7)))
                                .listener(broken)
                                .listener(others));

        String poem = recovery.call(() -> "poem");

        assertThat(poem).isEqualTo("poem");
        assertThat(others.successes()).isOne();
    }

    @Test
    void describesItsPoliciesInTheOrderInWhichTheyApply() {
        var recovery =
                Recovery.of("openai_adapter", setting)
                        .timeout(ofSeconds(5))
                        .deadline(ofSeconds(30))
                        .bulkhead(Bulkhead.atMost(8))
                        .breaker(Breaker.opensAfter(5))
                        .retry(threeTimes)
                        .fallback(Fallback.value("nothing", ""));

        assertThat(recovery.describe())
                .isEqualTo(
                        "fallback(nothing) > budget(3 attempts) > deadline(PT30S) > retry(3 attempts, PT1S to PT1M, x2.0, full jitter,"
                                + " budget of 0.1 of the calls in PT10S, at least 10)"
                                + " > breaker(opens after 5 failures, half-open after PT1M,"
                                + " closes after 2, probes 1 at a time, each leased for PT1M) > bulkhead(at most 8) > timeout(PT5S) > operation");
    }

    @Test
    void describesAtWhatRateItsBreakerOpens() {
        var rate = FailureRate.of(0.25).minimumCalls(50).slowCalls(0.8, ofSeconds(3));
        var recovery = Recovery.of("openai_adapter", setting).breaker(Breaker.opensAt(rate));

        assertThat(recovery.describe())
                .contains(
                        "opens after 1000 failures or at a share of 0.25, 0.8 slower than PT3S of at least 50 calls in PT10S,");
    }

    private static Exception[] refusals(int count) {
        var refusals = new Exception[count];
        for (int i = 0; i < count; i++) {
            refusals[i] = new ConnectException("Connection refused");
        }
        return refusals;
    }

    /** Who asks for the time pays as much as for all else of such a call. */
    @Test
    void aCallThatABreakerRefusesLooksAtTheClockOnce() {
        var looks = new AtomicInteger();
        Ticker ticker =
                () -> {
                    looks.incrementAndGet();
                    return time.nanos();
                };
        TimeAndChance all = time.with(new Random(7));
        var counted =
                new TimeAndChance(all.clock(), ticker, all.pause(), all.timers(), all.chance());
        var recovery =
                Recovery.of("openai_adapter", setting.time(counted)).breaker(Breaker.opensAfter(1));
        assertThatThrownBy(() -> recovery.call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);
        looks.set(0);

        assertThatThrownBy(() -> recovery.call(() -> "poem")).isInstanceOf(CallRejected.class);

        assertThat(looks).hasValue(1);
        var ended = heard.all(HealingEvent.RecoveryEnded.class).getLast().result();
        assertThat(ended.outcome()).isEqualTo(RecoveryResult.Outcome.CONTAINED);
        assertThat(ended.duration()).isZero();
    }

    @Test
    void eachCallThatABreakerRefusesHasItsOwnException() {
        var recovery = Recovery.of("openai_adapter", setting).breaker(Breaker.opensAfter(1));
        recovery.circuitBreaker().orElseThrow().isolate();

        Throwable one = catchThrowable(() -> recovery.call(() -> "poem"));
        Throwable other = catchThrowable(() -> recovery.call(() -> "poem"));

        assertThat(one).isInstanceOf(CallRejected.class).isNotSameAs(other);
    }

    @Test
    void aFailureThatNothingWasDoneAboutIsNoRecovery() {
        var recovery = Recovery.of("openai_adapter", setting);

        assertThatThrownBy(() -> recovery.call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);

        assertThat(heard.all(HealingEvent.RecoveryEnded.class)).isEmpty();
        assertThat(heard.all(HealingEvent.CallFailed.class)).hasSize(1);
        assertThat(recovery.statistics().failed()).isOne();
    }

    @Test
    void aPredicateOrStrategyThatThrowsMeansNo() {
        var strange =
                new RecoveryStrategy() {
                    @Override
                    public String name() {
                        return "strange";
                    }

                    @Override
                    public boolean handles(ErrorContext error) {
                        throw new IllegalStateException("planted");
                    }

                    @Override
                    public <T> T recover(ErrorContext error, Operation<? extends T, ?> operation) {
                        throw new IllegalStateException("is never asked");
                    }
                };
        var recovery =
                Recovery.of("openai_adapter", setting.strategies(List.of(strange)))
                        .retry(
                                threeTimes.when(_ -> {
                                    throw new IllegalStateException("planted");
                                }));
        var flaky = new Flaky(new ConnectException("refused"));

        assertThatThrownBy(() -> recovery.call(flaky)).isInstanceOf(ConnectException.class);

        assertThat(flaky.calls()).isOne();
        assertThat(recovery.statistics().failed()).isOne();
    }

    @Test
    void whatEarlierCallsSpentIsNotCountedThoughTheyThrewTheSame() {
        var always = new ConnectException("one for all calls");
        assertThatThrownBy(() ->
                        Recovery.of("other", setting)
                                .retry(threeTimes)
                                .call(new Flaky(always, always, always)))
                .isSameAs(always);
        var flaky = new Flaky(always, always, always);

        assertThatThrownBy(
                        () -> Recovery.of("openai_adapter", setting).retry(threeTimes).call(flaky))
                .isSameAs(always);

        assertThat(flaky.calls()).isEqualTo(3);
    }

    @Test
    void anErrorOfAListenerHarmsNobody() {
        HealingListener broken =
                new HealingListener() {
                    @Override
                    public void onEvent(HealingEvent event) {
                        throw new AssertionError("planted");
                    }

                    @Override
                    public void onSuccess(String component, long nanos) {
                        throw new AssertionError("planted");
                    }
                };
        var recovery =
                Recovery.of("openai_adapter", setting.listener(broken))
                        .breaker(Breaker.opensAfter(1).closesAfter(1));
        assertThatThrownBy(() -> recovery.call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);
        time.pass(ofSeconds(60));

        String poem = recovery.call(() -> "poem");

        assertThat(poem).isEqualTo("poem");
        assertThat(recovery.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.CLOSED);
    }
}
