package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.git.CheckoutRetention.Kept;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckoutRetentionTest {
    private static final Instant NOW = Instant.parse("2030-01-08T00:00:00Z");

    @Test
    void keepsWhatIsSevenDaysOldAndDeletesWhatIsOlder() {
        var young = kept("young", Duration.ofDays(7), 1);
        var old = kept("old", Duration.ofDays(7).plusMillis(1), 1);

        assertThat(CheckoutRetention.sweep(List.of(young, old), NOW))
                .extracting(Kept::folder)
                .containsExactly(Path.of("old"));
    }

    @Test
    void deletesTheOldestOnceTheyAreTooMuchTogether() {
        var half = Checkouts.KEPT_BYTES / 2;
        var first = kept("first", Duration.ofHours(3), half);
        var second = kept("second", Duration.ofHours(2), half);
        var third = kept("third", Duration.ofHours(1), half);

        assertThat(CheckoutRetention.sweep(List.of(second, third, first), NOW))
                .extracting(Kept::folder)
                .containsExactly(Path.of("first"));
        assertThat(CheckoutRetention.sweep(List.of(second, third), NOW)).isEmpty();
    }

    @Test
    void deletesOneThatIsTooLargeByItselfAndKeepsSmallerOlderOnes() {
        var huge = kept("huge", Duration.ofHours(1), Checkouts.KEPT_BYTES + 1);
        var small = kept("small", Duration.ofHours(2), 1);

        assertThat(CheckoutRetention.sweep(List.of(huge, small), NOW))
                .extracting(Kept::folder)
                .containsExactly(Path.of("huge"));
    }

    private static Kept kept(String name, Duration age, long bytes) {
        return new Kept(Path.of(name), NOW.minus(age), bytes);
    }
}
