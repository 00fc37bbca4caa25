package dev.kintsugi.healing.call;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
