package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.time.ManualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WithFallbackTest {
    private final ManualTime time = new ManualTime();
    private final Heard heard = new Heard();
    private final Recovery recovery =
            Recovery.of(
                    "openai_adapter",
                    Setting.standard().time(time.with(new Random(7))).listener(heard));
    private final AtomicInteger asked = new AtomicInteger();
    private final Fallback<String> anthropic =
            Fallback.to(
                    "anthropic",
                    () -> {
                        asked.incrementAndGet();
                        throw new IOException("503");
                    });
    private final Fallback<String> localModel = Fallback.to("local_model", () -> "plain poem");

    @Test
    void theFirstThatCanServesAndIsNamed() throws Exception {
        var withFallback =
                recovery.retry(Retry.attempts(2).backoff(ofSeconds(1), ofSeconds(2)))
                        .fallback(anthropic, localModel);

        Served<String> served =
                withFallback.serve(new Flaky(new ConnectException("1"), new ConnectException("2")));

        assertThat(served.value()).isEqualTo("plain poem");
        assertThat(served.by()).isEqualTo("local_model");
        assertThat(served.failure()).isNotNull();
        assertThat(asked).hasValue(1);
        assertThat(heard.all(HealingEvent.CallFailed.class)).hasSize(2);
        var ended = heard.all(HealingEvent.RecoveryEnded.class).getFirst().result();
        assertThat(ended.action()).isEqualTo(RecoveryAction.FALLBACK);
        assertThat(ended.metadata()).containsEntry("served_by", "local_model");
        assertThat(recovery.statistics().recoveries()).containsEntry(RecoveryAction.FALLBACK, 1L);
    }

    @Test
    void itsTimeIsTheRecoverysToo() throws Exception {
        var slow =
                Fallback.to(
                        "slow",
                        () -> {
                            time.pass(ofSeconds(2));
                            return "late poem";
                        });
        var once = Retry.attempts(2).backoff(ofSeconds(1), ofSeconds(1)).withoutJitter();
        var withFallback = recovery.retry(once).fallback(slow);

        withFallback.call(new Flaky(new ConnectException("1"), new ConnectException("2")));

        var ended = heard.all(HealingEvent.RecoveryEnded.class).getFirst().result();
        assertThat(ended.duration()).isEqualTo(ofSeconds(3));
    }

    @Test
    void itsTimeIsTheRecoverysAlsoWhenItCannotServe() {
        var slow =
                Fallback.<String>to(
                        "slow",
                        () -> {
                            time.pass(ofSeconds(2));
                            throw new IOException("503");
                        });
        var isolated = recovery.breaker(Breaker.opensAfter(5));
        isolated.circuitBreaker().orElseThrow().isolate();

        assertThatThrownBy(() -> isolated.fallback(slow).call(() -> "poem"))
                .isInstanceOf(CallRejected.class);

        var ended = heard.all(HealingEvent.RecoveryEnded.class).getFirst().result();
        assertThat(ended.action()).isEqualTo(RecoveryAction.CIRCUIT_BREAK);
        assertThat(ended.duration()).isEqualTo(ofSeconds(2));
    }

    @Test
    void namesTheComponentWhenItServedItself() {
        Served<String> served = recovery.fallback(localModel).serve(() -> "poem");

        assertThat(served).isEqualTo(new Served<>("poem", "openai_adapter", null));
    }

    @Test
    void requestErrorsDoNotReachIt() {
        var flaky = new Flaky(new IllegalArgumentException("no such model"));

        assertThatThrownBy(() -> recovery.fallback(anthropic, localModel).call(flaky))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(asked).hasValue(0);
    }

    @Test
    void theOperationsExceptionComesBackWhenNobodyCanServe() {
        var refused = new ConnectException("Connection refused");

        Throwable thrown =
                catchThrowable(() -> recovery.fallback(anthropic).call(new Flaky(refused)));

        assertThat(thrown).isSameAs(refused);
        assertThat(thrown.getSuppressed()).hasSize(1);
        assertThat(recovery.statistics().failed()).isOne();
    }

    @Test
    void servesWhileTheBreakerIsOpen() {
        var withBreaker = recovery.breaker(Breaker.opensAfter(1)).fallback(localModel);
        withBreaker.recovery().circuitBreaker().orElseThrow().isolate();

        Served<String> served = withBreaker.serve(() -> "poem");

        assertThat(served.by()).isEqualTo("local_model");
    }

    @Test
    void errorsAreNotAnswered() {
        assertThatThrownBy(() ->
                        recovery.fallback(localModel)
                                .call(() -> {
                                    throw new AssertionError("planted");
                                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void anErrorOfAFallbackIsRecordedAndThrown() {
        Fallback<String> broken =
                Fallback.to(
                        "broken",
                        () -> {
                            throw new NoClassDefFoundError("an optional client");
                        });
        var refused = new ConnectException("refused");

        assertThatThrownBy(() -> recovery.fallback(broken, localModel).call(new Flaky(refused)))
                .isInstanceOf(NoClassDefFoundError.class)
                .hasSuppressedException(refused);

        var ended = heard.all(HealingEvent.RecoveryEnded.class).getFirst().result();
        assertThat(ended.action()).isEqualTo(RecoveryAction.FALLBACK);
        assertThat(ended.success()).isFalse();
        assertThat(recovery.statistics().failed()).isOne();
    }

    @Test
    void nobodyElseIsAskedForACallThatWasInterrupted() {
        Fallback<String> interrupted =
                Fallback.to(
                        "interrupted",
                        () -> {
                            Thread.currentThread().interrupt();
                            throw new ClosedByInterruptException();
                        });

        assertThatThrownBy(() ->
                        recovery.fallback(interrupted, anthropic)
                                .call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(asked).hasValue(0);
    }
}
