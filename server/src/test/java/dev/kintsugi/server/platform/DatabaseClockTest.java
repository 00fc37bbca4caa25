package dev.kintsugi.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong ticker = new AtomicLong(-5_000_000_000L);
    private Instant database = START;
    private Duration answerTakes = Duration.ZERO;

    private final DatabaseClock clock =
            new DatabaseClock(
                    () -> {
                        var said = database;
                        passes(answerTakes);
                        return said;
                    },
                    ticker::get);

    private void passes(Duration time) {
        ticker.addAndGet(time.toNanos());
    }

    @Test
    void goesOnByTheTickerBetweenTwoLooks() {
        passes(Duration.ofMillis(1_500));

        assertThat(clock.instant()).isEqualTo(START.plusMillis(1_500));
    }

    @Test
    void followsTheDatabaseWhenItIsLookedAtAlsoBackwards() {
        passes(Duration.ofSeconds(10));
        database = START.plusSeconds(9);

        clock.look();

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(9));
    }

    @Test
    void takesWhatItSawForSaidHalfwayBetweenQuestionAndAnswer() {
        database = START.plusSeconds(10);
        answerTakes = Duration.ofMillis(800);

        clock.look();

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(10).plusMillis(400));
    }

    @Test
    void anAnswerThatCameTooSlowlyChangesNothing() {
        database = START.plusSeconds(100);
        answerTakes = Duration.ofSeconds(2);

        clock.look();

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(2));
    }
}
