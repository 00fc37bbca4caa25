package dev.kintsugi.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.HealingEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ErrorDetector detector = new ErrorDetector(Classifier.standard(), new Random(1));
    private final DeadLetters letters = new DeadLetters(2, InstantSource.fixed(NOW));

    @Test
    void keepsRequestErrorsWithTheirReason() {
        report(new Evidence.Thrown(new IllegalArgumentException("quantity must be positive")));

        assertThat(letters.letters())
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.reason()).contains("quantity must be positive");
                    assertThat(letter.at()).isEqualTo(NOW);
                    assertThat(letter.error().operation()).isEqualTo("order");
                });
    }

    @Test
    void leavesToOthersWhatMayPassByItself() {
        reply(503);
        reply(401);

        assertThat(letters.letters()).isEmpty();
    }

    @Test
    void countsWhatHadToMakeRoom() {
        reply(422);
        reply(422);
        reply(422);

        assertThat(letters.dropped()).isEqualTo(1);
        assertThat(letters.drain()).extracting(l -> l.error().errorId()).hasSize(2);
        assertThat(letters.letters()).isEmpty();
    }

    @Test
    void refusesToKeepNothing() {
        assertThatThrownBy(() -> new DeadLetters(0, InstantSource.fixed(NOW)))
                .hasMessage("capacity must be in [1, 100000], was 0");
    }

    private void reply(int status) {
        report(new Evidence.HttpReply(status, new TreeMap<>(), ""));
    }

    private void report(Evidence evidence) {
        var error = detector.detect(evidence, CallSite.of("shop", "order"));
        letters.onEvent(new HealingEvent.CallFailed(error, -1));
    }
}
