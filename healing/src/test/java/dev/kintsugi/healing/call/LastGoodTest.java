package dev.kintsugi.healing.call;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.time.ManualTime;
import java.net.ConnectException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LastGoodTest {
    private final ManualTime time = new ManualTime();
    private final WithFallback<String> prices =
            Recovery.of("prices", Setting.standard().time(time.with(new Random(7))))
                    .fallback(LastGood.within(ofMinutes(10), time::nanos));

    @Test
    void servesWhatWasReturnedLast() throws Exception {
        prices.call(() -> "old");
        prices.call(() -> "newer");

        Served<String> served = prices.serve(new Flaky(new ConnectException("refused")));

        assertThat(served.value()).isEqualTo("newer");
        assertThat(served.by()).isEqualTo("last_good");
    }

    @Test
    void doesNotServeWhatIsTooOld() {
        prices.call(() -> "old");
        time.pass(ofMinutes(10).plus(ofSeconds(1)));

        assertThatThrownBy(() -> prices.call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void servesNothingBeforeTheFirst() {
        assertThatThrownBy(() -> prices.call(new Flaky(new ConnectException("refused"))))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void learnsFromCallsThatHoldNoThread() {
        prices.callAsync(() -> completedFuture("new")).join();

        assertThat(prices.callAsync(() -> failedFuture(new ConnectException("refused"))).join())
                .isEqualTo("new");
    }

    @Test
    void servesThoughAFallbackCannotTakeNoteOfAValue() {
        Fallback<String> broken =
                new Fallback<>() {
                    @Override
                    public String name() {
                        return "broken";
                    }

                    @Override
                    public String serve(ErrorContext error) {
                        return "never asked";
                    }

                    @Override
                    public void served(String value) {
                        throw new IllegalStateException("planted");
                    }
                };

        assertThat(Recovery.of("prices").fallback(broken).call(() -> "new")).isEqualTo("new");
    }
}
