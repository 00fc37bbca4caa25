package dev.kintsugi.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdlenessTest {
    private static final Duration JUST_UNDER = Idleness.LIMIT.minusMillis(1);

    private Instant now = Instant.EPOCH;
    private boolean busy;
    private final Idleness idleness = new Idleness(() -> now, List.of(() -> false, () -> busy));

    @Test
    void isOverSixtySecondsAfterTheStart() {
        pass(JUST_UNDER);
        assertThat(idleness.isOver()).isFalse();

        pass(Duration.ofMillis(1));
        assertThat(idleness.isOver()).isTrue();
    }

    @Test
    void everyRequestBeginsTheMinuteAnewWhenItEnds() {
        idleness.requestBegins();
        pass(Duration.ofHours(1));
        assertThat(idleness.isOver()).isFalse();

        idleness.requestEnds();
        pass(JUST_UNDER);
        assertThat(idleness.isOver()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(idleness.isOver()).isTrue();
    }

    @Test
    void anActiveRunKeepsTheServer() {
        busy = true;
        pass(Duration.ofHours(1));
        assertThat(idleness.isOver()).isFalse();

        busy = false;
        pass(JUST_UNDER);
        assertThat(idleness.isOver()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(idleness.isOver()).isTrue();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }
}
