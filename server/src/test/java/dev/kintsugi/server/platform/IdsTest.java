package dev.kintsugi.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IdsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void hasAPrefixAndTwentySixCharactersThatAreNotMistakenForOthers() {
        String id = at(NOW, 1).next("r-");

        assertThat(id).matches("r-[0-9a-hjkmnp-tv-z]{26}");
    }

    @Test
    void laterOnesSortLaterByTheMillisecond() {
        for (long seed = 0; seed < 100; seed++) {
            String earlier = at(NOW.plusMillis(seed * seed), seed).next("");
            String later = at(NOW.plusMillis(seed * seed + 1), seed + 1).next("");

            assertThat(earlier).as("seed %d", seed).isLessThan(later);
        }
    }

    @Test
    void followsFromClockAndChanceAlone() {
        assertThat(at(NOW, 7).next("r-")).isEqualTo(at(NOW, 7).next("r-"));
        assertThat(at(NOW, 7).next("r-")).isNotEqualTo(at(NOW, 8).next("r-"));
    }

    private static Ids at(Instant now, long seed) {
        return new Ids(InstantSource.fixed(now), new SplittableRandom(seed));
    }
}
