package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.time.ManualTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@link ReconnectStrategy} is installed beside the tests as by another jar. */
class RecoveryStrategyTest {
    private final Recovery recovery = Recovery.of("database");

    @Test
    void whatIsInstalledHelpsAndIsCounted() throws Exception {
        String poem = recovery.call(new Flaky(new IOException(ReconnectStrategy.STALE)));

        assertThat(poem).isEqualTo("poem");
        assertThat(recovery.statistics().strategies()).containsEntry("reconnect", 1L);
        assertThat(recovery.statistics().recoveries()).containsEntry(RecoveryAction.CUSTOM, 1L);
        assertThat(recovery.statistics().failed()).isZero();
    }

    @Test
    void helpsCallsThatHoldNoThread() throws Exception {
        var outcomes =
                new ArrayDeque<CompletableFuture<String>>(
                        List.of(
                                CompletableFuture.failedFuture(
                                        new IOException(ReconnectStrategy.STALE)),
                                CompletableFuture.completedFuture("poem")));

        CompletableFuture<String> future = recovery.callAsync(outcomes::removeFirst);

        assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo("poem");
    }

    @Test
    void itsTimeIsTheRecoverysToo() throws Exception {
        var time = new ManualTime();
        var heard = new Heard();
        var timed =
                Recovery.of(
                        "database",
                        Setting.standard().time(time.with(new Random(7))).listener(heard));
        var flaky = new Flaky(new IOException(ReconnectStrategy.STALE));

        timed.call(() -> {
            time.pass(ofSeconds(2));
            return flaky.call();
        });

        var ended = heard.all(HealingEvent.RecoveryEnded.class).getFirst().result();
        assertThat(ended.duration()).isEqualTo(ofSeconds(2));
    }

    @Test
    void isNotAskedAboutOtherFailures() {
        assertThatThrownBy(() -> recovery.call(new Flaky(new IOException("other"))))
                .isInstanceOf(IOException.class);

        assertThat(recovery.statistics().strategies()).isEmpty();
    }

    @Test
    void oneThatFailsChangesNothing() {
        var stale = new IOException(ReconnectStrategy.STALE);

        assertThatThrownBy(() -> recovery.call(new Flaky(stale, new IOException("again"))))
                .isSameAs(stale);

        assertThat(recovery.statistics().failed()).isOne();
    }

    @Test
    void itsCallIsBoundedByTheTimeout() {
        var time = new ManualTime();
        var limited =
                Recovery.of("database", Setting.standard().time(time.with(new Random(7))))
                        .timeout(ofSeconds(5));
        var stale = new IOException(ReconnectStrategy.STALE);
        var calls = new AtomicInteger();

        assertThatThrownBy(() ->
                        limited.call(() -> {
                            if (calls.incrementAndGet() == 1) {
                                throw stale;
                            }
                            time.pass(ofSeconds(6));
                            return "late";
                        }))
                .isSameAs(stale);

        assertThat(calls).hasValue(2);
        assertThat(limited.statistics().strategies()).isEmpty();
    }

    @Test
    void itsCallIsRefusedByAnOpenBreaker() {
        var broken = recovery.breaker(Breaker.opensAfter(1));
        var stale = new Flaky(new IOException(ReconnectStrategy.STALE));

        assertThatThrownBy(() -> broken.call(stale)).hasMessageContaining(ReconnectStrategy.STALE);

        assertThat(stale.calls()).isOne();
    }

    @Test
    void aCallThatHoldsNoThreadIsRefusedByAnOpenBreaker() {
        var broken = recovery.breaker(Breaker.opensAfter(1));
        var calls = new AtomicInteger();

        CompletableFuture<String> future =
                broken.callAsync(() -> {
                    calls.incrementAndGet();
                    return CompletableFuture.failedFuture(new IOException(ReconnectStrategy.STALE));
                });

        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .hasMessageContaining(ReconnectStrategy.STALE);
        assertThat(calls).hasValue(1);
    }

    @Test
    void oneThatBreaksIsNoBetterThanOneThatFails() throws Exception {
        RecoveryStrategy unlinked =
                new RecoveryStrategy() {
                    @Override
                    public String name() {
                        return "unlinked";
                    }

                    @Override
                    public boolean handles(ErrorContext error) {
                        return true;
                    }

                    @Override
                    public <T> T recover(ErrorContext error, Operation<? extends T, ?> operation) {
                        throw new NoClassDefFoundError("planted");
                    }
                };
        var broken = Recovery.of("database", Setting.standard().strategies(List.of(unlinked)));
        var thrown = new IOException("planted");

        assertThatThrownBy(() -> broken.call(new Flaky(thrown))).isSameAs(thrown);
        String answer =
                broken.fallback(Fallback.to("other", () -> "other")).call(new Flaky(thrown));

        assertThat(answer).isEqualTo("other");
        assertThat(broken.statistics().failed()).isOne();
    }
}
