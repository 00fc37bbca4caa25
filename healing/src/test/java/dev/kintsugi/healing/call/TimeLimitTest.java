package dev.kintsugi.healing.call;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.time.ManualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class TimeLimitTest {
    private final ManualTime time = new ManualTime();
    private final Heard heard = new Heard();
    private final Setting setting =
            Setting.standard().time(time.with(new Random(7))).listener(heard);

    @Test
    void interruptsAnOperationWhoseTimeIsUp() {
        var recovery = Recovery.of("slow", Setting.standard()).timeout(ofMillis(20));
        var never = new CountDownLatch(1);

        assertThatThrownBy(() ->
                        recovery.call(() -> {
                            never.await();
                            return "never";
                        }))
                .isInstanceOf(CallTimedOut.class)
                .hasMessage("slow: timed out after 20 ms")
                .hasCauseInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void doesNotUseWhatComesTooLate() {
        var recovery = Recovery.of("slow", setting).timeout(ofSeconds(5));

        assertThatThrownBy(() ->
                        recovery.call(() -> {
                            time.pass(ofSeconds(6));
                            return "late";
                        }))
                .isInstanceOf(CallTimedOut.class);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(heard.all(HealingEvent.CallFailed.class).getFirst().error().category())
                .isEqualTo(FailureCategory.TIMEOUT);
    }

    @Test
    void aCallThatEndsInTimeIsNotInterruptedAfterwards() {
        var recovery = Recovery.of("fast", setting).timeout(ofSeconds(5));

        String poem = recovery.call(() -> "poem");
        time.pass(ofSeconds(10));

        assertThat(poem).isEqualTo("poem");
        assertThat(Thread.interrupted()).isFalse();
        assertThat(time.pending()).isZero();
    }

    @Test
    void eachAttemptHasItsOwnTime() {
        var recovery = Recovery.of("slow", setting).retry(Retry.attempts(2)).timeout(ofSeconds(5));
        var calls = new AtomicInteger();

        String poem =
                recovery.call(() -> {
                    time.pass(ofSeconds(calls.getAndIncrement() == 0 ? 6 : 4));
                    return "poem";
                });

        assertThat(poem).isEqualTo("poem");
    }

    @Test
    void doesNotWaitForAnAttemptThatWouldComeAfterTheDeadline() {
        var recovery =
                Recovery.of("slow", setting)
                        .retry(
                                Retry.attempts(5)
                                        .backoff(ofSeconds(4), ofSeconds(60))
                                        .withoutJitter())
                        .deadline(ofSeconds(10));
        var flaky = new Flaky(new ConnectException("1"), new ConnectException("2"));

        assertThatThrownBy(() -> recovery.call(flaky)).isInstanceOf(ConnectException.class);

        assertThat(time.pauses()).containsExactly(ofSeconds(4));
        assertThat(recovery.statistics().rejections()).containsEntry(Rejection.DEADLINE_PASSED, 1L);
    }

    @Test
    void innerCallsSeeTheOutersDeadline() {
        var outer = Recovery.of("outer", setting).deadline(ofSeconds(10));
        var inner = Recovery.of("inner", setting).timeout(ofSeconds(60));

        var remaining =
                outer.call(() -> {
                    time.pass(ofSeconds(4));
                    return inner.call(Deadline::remaining);
                });

        assertThat(remaining).contains(ofSeconds(6));
        assertThat(Deadline.remaining()).isEmpty();
    }

    @Test
    void aCallersShortDeadlineSaysNothingOfTheComponent() {
        var outer = Recovery.of("outer", setting).deadline(ofSeconds(1));
        var inner =
                Recovery.of("inner", setting).timeout(ofSeconds(60)).breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() -> outer.call(() -> inner.call(() -> passing(ofSeconds(2)))))
                .isInstanceOf(CallTimedOut.class);

        assertThat(inner.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void whoHeedsACallersShortDeadlineSaysNothingOfTheComponent() {
        var outer = Recovery.of("outer", setting).deadline(ofMillis(3));
        var inner =
                Recovery.of("inner", setting).timeout(ofSeconds(60)).breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() -> outer.call(() -> inner.call(() -> heeding(ofSeconds(60)))))
                .isInstanceOf(HttpTimeoutException.class);

        assertThat(inner.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(heard.all(HealingEvent.CallFailed.class))
                .extracting(HealingEvent::component)
                .containsExactly("outer");
    }

    @Test
    void whoMayNotCallOthersAnyMoreAsTheCallersTimeIsUpSaysNothingOfTheComponent() {
        var outer = Recovery.of("outer", setting).deadline(ofMillis(3));
        var orders = Recovery.of("orders", setting).breaker(Breaker.opensAfter(1));
        var database = Recovery.of("database", setting);

        assertThatThrownBy(() ->
                        outer.call(() ->
                                orders.call(() -> {
                                    time.pass(ofMillis(4));
                                    try {
                                        return database.call(() -> "row");
                                    } catch (CallRejected e) {
                                        throw new IllegalStateException("no order", e);
                                    }
                                })))
                .isInstanceOf(CallTimedOut.class);

        assertThat(orders.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.CLOSED);
        assertThat(heard.all(HealingEvent.CallFailed.class))
                .extracting(HealingEvent::component)
                .containsExactly("outer");
    }

    @Test
    void whoTimesOutWellBeforeTheCallersDeadlineIsSlow() {
        var outer = Recovery.of("outer", setting).deadline(ofSeconds(10));
        var inner = Recovery.of("inner", setting).breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() -> outer.call(() -> inner.call(() -> heeding(ofSeconds(5)))))
                .isInstanceOf(HttpTimeoutException.class);

        assertThat(inner.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void whoHeedsItsOwnDeadlineIsSlow() {
        var slow =
                Recovery.of("slow", setting).deadline(ofMillis(3)).breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() -> slow.call(() -> heeding(ofSeconds(60))))
                .isInstanceOf(HttpTimeoutException.class);

        assertThat(slow.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    @Test
    void aRefusalJustBeforeTheCallersDeadlineIsTheComponents() {
        var outer = Recovery.of("outer", setting).deadline(ofMillis(3));
        var inner = Recovery.of("inner", setting).breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() ->
                        outer.call(() ->
                                inner.call(() -> {
                                    throw new ConnectException("refused");
                                })))
                .isInstanceOf(ConnectException.class);

        assertThat(inner.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    /** Gives up a moment before the deadline, or after what it would wait without one. */
    private String heeding(Duration usual) throws HttpTimeoutException {
        Duration left = Deadline.remaining().orElseThrow().minusMillis(1);
        time.pass(left.compareTo(usual) < 0 ? left : usual);
        throw new HttpTimeoutException("request timed out");
    }

    @Test
    void itsOwnDeadlineSaysThatTheComponentIsSlow() {
        var slow =
                Recovery.of("slow", setting)
                        .timeout(ofSeconds(60))
                        .deadline(ofSeconds(1))
                        .breaker(Breaker.opensAfter(1));

        assertThatThrownBy(() -> slow.call(() -> passing(ofSeconds(2))))
                .isInstanceOf(CallTimedOut.class);

        assertThat(slow.circuitBreaker().orElseThrow().phase()).isEqualTo(BreakerPhase.OPEN);
    }

    private String passing(Duration took) {
        time.pass(took);
        return "late";
    }

    @Test
    void innerCallsDoNotBeginAfterTheOutersDeadline() {
        var inner = Recovery.of("inner", setting);
        var outer = Recovery.of("outer", setting).deadline(ofSeconds(10));
        var rejected = new ArrayList<Rejection>();

        assertThatThrownBy(() ->
                        outer.call(() -> {
                            time.pass(ofSeconds(11));
                            try {
                                return inner.call(() -> "too late");
                            } catch (CallRejected e) {
                                rejected.add(e.reason());
                                throw e;
                            }
                        }))
                .isInstanceOf(CallTimedOut.class);

        assertThat(rejected).containsExactly(Rejection.DEADLINE_PASSED);
    }

    @Test
    void layersDoNotMultiplyTheirAttempts() {
        var calls = new AtomicInteger();
        var inner = Recovery.of("inner", setting).retry(Retry.attempts(3));
        var outer = Recovery.of("outer", setting).retry(Retry.attempts(5));

        assertThatThrownBy(() ->
                        outer.call(() ->
                                inner.call(() -> {
                                    calls.incrementAndGet();
                                    throw new IOException("503");
                                })))
                .isInstanceOf(IOException.class)
                .satisfies(e ->
                        assertThat(e.getSuppressed())
                                .extracting(Throwable::getMessage)
                                .contains("outer was called 5 times"));

        assertThat(calls).hasValue(5);
    }

    @Test
    void layersOfOneComponentDoNotMultiplyTheirAttempts() {
        var calls = new AtomicInteger();
        var openai = Recovery.of("openai", setting).retry(Retry.attempts(5));

        assertThatThrownBy(() ->
                        openai.call(() ->
                                openai.call(() -> {
                                    calls.incrementAndGet();
                                    throw new IOException("503");
                                })))
                .isInstanceOf(IOException.class);

        assertThat(calls).hasValue(5);
        assertThat(openai.statistics().failed()).isEqualTo(2);
    }

    @Test
    void layersDoNotMultiplyTheirAttemptsThoughTheExceptionTakesNoMarks() {
        var calls = new AtomicInteger();
        var inner = Recovery.of("inner", setting).retry(Retry.attempts(3).when(_ -> true));
        var outer = Recovery.of("outer", setting).retry(Retry.attempts(3).when(_ -> true));

        assertThatThrownBy(() ->
                        outer.call(() ->
                                inner.call(() -> {
                                    calls.incrementAndGet();
                                    throw new Stackless();
                                })))
                .isInstanceOf(Stackless.class);

        assertThat(calls).hasValue(3);
    }

    private static final class Stackless extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stackless() {
            super("503", null, false, false);
        }
    }

    @Test
    void noInterruptEscapesFromCallsThatEndAsTheirTimeIsUp() {
        var recovery = Recovery.of("close", Setting.standard()).timeout(ofMillis(1));
        var random = new Random(7);
        int late = 0;
        for (int i = 0; i < 300; i++) {
            long nanos = 800_000 + random.nextInt(400_000);
            try {
                recovery.call(() -> {
                    LockSupport.parkNanos(nanos);
                    return "maybe";
                });
            } catch (CallTimedOut _) {
                late++;
            }
            assertThat(Thread.currentThread().isInterrupted()).as("call %d", i).isFalse();
        }
        assertThat(late).isBetween(1, 300);
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> Recovery.of("x").timeout(ofMillis(0)))
                .hasMessage("timeout must be in [PT0.001S, PT24H], was PT0S");
        assertThatThrownBy(() -> Recovery.of("x").deadline(ofSeconds(-1)))
                .hasMessage("deadline must be in [PT0.001S, PT24H], was PT-1S");
    }

    @Test
    void keepsAnInterruptByOthers() {
        var recovery = Recovery.of("slow", setting).retry(Retry.attempts(3)).timeout(ofSeconds(5));
        var calls = new AtomicInteger();

        assertThatThrownBy(() ->
                        recovery.call(() -> {
                            calls.incrementAndGet();
                            Thread.currentThread().interrupt();
                            return passing(ofSeconds(6));
                        }))
                .isInstanceOf(CallTimedOut.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(calls).hasValue(1);
    }

    @Test
    void goesOnWatchingWhenAChannelFailsToClose() {
        var recovery = Recovery.of("slow").timeout(ofMillis(10));
        var channel = new Unclosable();

        assertThatThrownBy(() -> recovery.call(channel::read)).isInstanceOf(CallTimedOut.class);
        assertThatThrownBy(() -> recovery.call(TimeLimitTest::blocked))
                .isInstanceOf(CallTimedOut.class);

        assertThat(Thread.interrupted()).isFalse();
    }

    private static String blocked() throws InterruptedException {
        new CountDownLatch(1).await();
        return "never";
    }

    /** Whose own code runs on the thread that interrupts. */
    private static final class Unclosable extends AbstractInterruptibleChannel {
        @Override
        protected void implCloseChannel() {
            throw new IllegalStateException("planted");
        }

        String read() throws Exception {
            begin();
            return blocked();
        }
    }
}
