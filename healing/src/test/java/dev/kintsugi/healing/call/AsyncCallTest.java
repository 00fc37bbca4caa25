package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.time.ManualTime;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AsyncCallTest {
    private final ManualTime time = new ManualTime();
    private final Heard heard = new Heard();
    private final Setting setting =
            Setting.standard().time(time.with(new Random(7))).listener(heard);
    private final Recovery recovery =
            Recovery.of("model", setting)
                    .retry(Retry.attempts(3).backoff(ofSeconds(1), ofSeconds(60)).withoutJitter());
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void returnsWhatTheStageReturns() throws Exception {
        assertThat(get(recovery.callAsync(() -> completedFuture("poem")))).isEqualTo("poem");

        assertThat(recovery.statistics().succeeded()).isOne();
    }

    @Test
    void waitsWithoutAThreadAndTriesAgain() throws Exception {
        var outcomes =
                new ArrayDeque<CompletableFuture<String>>(
                        List.of(
                                failedFuture(new ConnectException("Connection refused")),
                                completedFuture("poem")));

        CompletableFuture<String> future = recovery.callAsync(outcomes::removeFirst);

        assertThat(future).isNotDone();
        assertThat(time.pending()).isOne();
        time.pass(ofSeconds(1));
        assertThat(get(future)).isEqualTo("poem");
        assertThat(time.pauses()).isEmpty();
        assertThat(heard.all(HealingEvent.RecoveryEnded.class)).hasSize(1);
    }

    @Test
    void cancellingCancelsTheWork() {
        var work = new CompletableFuture<String>();
        var one = recovery.bulkhead(Bulkhead.atMost(1));
        CompletableFuture<String> future = one.callAsync(() -> work);

        future.cancel(true);

        assertThat(work).isCancelled();
        assertThat(one.call(() -> "there is a place again")).isNotEmpty();
        assertThat(one.statistics().retries()).isZero();
    }

    @Test
    void cancellingCancelsTheWaitForTheNextAttempt() {
        CompletableFuture<String> future =
                recovery.fallback(Fallback.to("other", () -> "call " + calls.incrementAndGet()))
                        .callAsync(() -> failedFuture(new ConnectException("refused")));

        future.cancel(true);

        assertThat(time.pending()).isZero();
        assertThat(calls).hasValue(0);
        assertThat(recovery.statistics().failed()).isOne();
    }

    @Test
    void aTimeoutEndsTheAttemptAndCancelsTheWork() {
        var work = new CompletableFuture<String>();
        CompletableFuture<String> future =
                Recovery.of("model", setting).timeout(ofSeconds(5)).callAsync(() -> work);

        time.pass(ofSeconds(5));

        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(CallTimedOut.class);
        assertThatThrownBy(() -> get(work)).isInstanceOf(CancellationException.class);
    }

    @Test
    void anOpenBreakerRejectsAndIsNotTriedAgain() {
        var cutOff = recovery.breaker(Breaker.opensAfter(1));
        cutOff.circuitBreaker().orElseThrow().isolate();

        assertThatThrownBy(() -> get(cutOff.callAsync(() -> completedFuture("poem"))))
                .hasCauseInstanceOf(CallRejected.class);

        assertThat(time.pending()).isZero();
    }

    @Test
    void failuresOpenTheBreaker() {
        var cutOff = Recovery.of("model", setting).breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() -> get(cutOff.callAsync(() -> failedFuture(new ConnectException()))))
                .hasCauseInstanceOf(ConnectException.class);

        assertThat(cutOff.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void anotherServesInstead() throws Exception {
        CompletableFuture<String> future =
                Recovery.of("model", setting)
                        .fallback(Fallback.value("nothing", ""))
                        .callAsync(() -> failedFuture(new ConnectException("refused")));

        assertThat(get(future)).isEmpty();
    }

    @Test
    void anOperationThatThrowsAtOnceHasFailed() {
        CompletableFuture<String> future =
                Recovery.of("model", setting)
                        .callAsync(() -> {
                            throw new IllegalArgumentException("no such model");
                        });

        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cancellingInterruptsABlockingOperation() throws Exception {
        var began = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        CompletableFuture<String> future =
                recovery.start(() -> {
                    began.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return "never";
                });
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();

        future.cancel(true);

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void blockingOperationsOnVirtualThreadsHaveTheCallersDeadline() throws Exception {
        var outer = Recovery.of("outer", setting).deadline(ofSeconds(10));

        var remaining = outer.call(() -> get(recovery.start(Deadline::remaining)));

        assertThat(remaining).contains(ofSeconds(10));
    }

    @Test
    void fallbacksAreOutsideOfTheDeadlineWhoeverIsAsked() throws Exception {
        var other = Recovery.of("other", setting);
        var backed =
                Recovery.of("slow", setting)
                        .deadline(ofSeconds(1))
                        .fallback(Fallback.to("other", () -> other.call(() -> "other")));

        assertThat(backed.call(this::tooLate)).isEqualTo("other");
        assertThat(get(backed.start(this::tooLate))).isEqualTo("other");
        assertThat(get(backed.callAsync(() -> supplyAsync(this::tooLate)))).isEqualTo("other");
    }

    private String tooLate() {
        time.pass(ofSeconds(2));
        throw new IllegalStateException("too late");
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    @Test
    void layersDoNotMultiplyTheirAttempts() {
        var quick = Retry.attempts(5).backoff(Duration.ZERO, Duration.ZERO);
        var outer = Recovery.of("outer").retry(quick);
        var inner =
                Recovery.of("inner")
                        .retry(
                                new Retry(
                                        3,
                                        Duration.ZERO,
                                        Duration.ZERO,
                                        1,
                                        false,
                                        _ -> true,
                                        quick.budget()));

        assertThatThrownBy(() ->
                        outer.call(() ->
                                get(
                                        inner.callAsync(() ->
                                                supplyAsync(() -> {
                                                    calls.incrementAndGet();
                                                    throw new UncheckedIOException(
                                                            new ConnectException());
                                                })))))
                .isInstanceOf(ExecutionException.class);

        assertThat(calls).hasValue(5);
    }

    @Test
    void layersOfOneComponentDoNotMultiplyTheirAttempts() {
        var retry = Retry.attempts(3).backoff(Duration.ZERO, Duration.ZERO);
        var openai = Recovery.of("openai").retry(retry);

        CompletableFuture<String> future =
                openai.callAsync(() ->
                        openai.callAsync(() -> {
                            calls.incrementAndGet();
                            return CompletableFuture.failedFuture(new ConnectException("refused"));
                        }));

        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(ConnectException.class);
        assertThat(calls).hasValue(3);
    }

    @Test
    void whoHeedsACallersShortDeadlineSaysNothingOfTheComponent() {
        var outer = Recovery.of("outer", setting).deadline(ofSeconds(5));
        var inner =
                Recovery.of("inner", setting).timeout(ofSeconds(60)).breaker(Breaker.opensAfter(1));
        var work = new CompletableFuture<String>();

        CompletableFuture<String> future = outer.callAsync(() -> inner.callAsync(() -> work));
        time.pass(ofSeconds(5).minusMillis(1));
        work.completeExceptionally(new SocketTimeoutException("Read timed out"));

        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(SocketTimeoutException.class);
        assertThat(inner.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void nestedCallsSeeTheTimeoutOfTheAttempt() throws Exception {
        var limited = Recovery.of("model", setting).timeout(ofSeconds(5));

        var remaining = get(limited.callAsync(() -> completedFuture(Deadline.remaining())));

        assertThat(remaining).contains(ofSeconds(5));
    }

    @Test
    void whatFollowsIsNotWithinTheCallsDeadline() throws Exception {
        var limited = recovery.deadline(ofSeconds(60));
        var outcomes =
                new ArrayDeque<CompletableFuture<String>>(
                        List.of(failedFuture(new ConnectException()), completedFuture("poem")));

        var remaining =
                limited.callAsync(outcomes::removeFirst).thenApply(_ -> Deadline.remaining());
        time.pass(ofSeconds(1));

        assertThat(get(remaining)).isEmpty();
    }

    @Test
    void anInterruptOfTheWorkDoesNotInterruptWhoTellsOfIt() {
        var work = new CompletableFuture<String>();
        CompletableFuture<String> future = Recovery.of("model").callAsync(() -> work);

        work.completeExceptionally(new InterruptedException("planted"));

        assertThat(Thread.interrupted()).isFalse();
        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void endsAsItFailedThoughTheClassifierThrows() {
        var failing =
                new ErrorDetector(
                        _ -> {
                            throw new IllegalStateException("planted");
                        },
                        new Random(1));
        CompletableFuture<String> future =
                Recovery.of("model", setting.detector(failing))
                        .callAsync(() -> failedFuture(new ConnectException("refused")));

        assertThatThrownBy(() -> get(future)).hasCauseInstanceOf(ConnectException.class);
    }

    /** Who does not heed that it was cancelled is at work still. */
    @Test
    void keepsItsPlaceUntilAThreadOfItsOwnIsDone() throws Exception {
        var one = recovery.bulkhead(Bulkhead.atMost(1));
        Permits places = Objects.requireNonNull(one.guard().places());
        var interrupted = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        CompletableFuture<String> future =
                one.start(() -> {
                    calls.incrementAndGet();
                    try {
                        goOn.await();
                    } catch (InterruptedException _) {
                        interrupted.countDown();
                    }
                    goOn.await();
                    return "poem";
                });
        while (calls.get() == 0) {
            Thread.onSpinWait();
        }

        future.cancel(true);
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(places.taken()).isOne();
        goOn.countDown();
        while (places.taken() > 0) {
            Thread.onSpinWait();
        }
    }
}
