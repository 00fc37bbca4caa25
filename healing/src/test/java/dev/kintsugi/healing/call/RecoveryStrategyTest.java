package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.RecoveryAction;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
}
