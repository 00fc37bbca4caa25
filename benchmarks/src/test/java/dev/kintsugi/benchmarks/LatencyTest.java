package dev.kintsugi.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.benchmarks.Latency.Arguments;
import org.junit.jupiter.api.Test;

class LatencyTest {

    @Test
    void measuresWithoutAGoalUnlessOneIsGiven() {
        assertThat(Arguments.of()).isEqualTo(new Arguments(20, 50, Double.POSITIVE_INFINITY));
        assertThat(Arguments.of("3", "7")).isEqualTo(new Arguments(3, 7, Double.POSITIVE_INFINITY));
    }

    @Test
    void takesAGoalBeforeTheRest() {
        assertThat(Arguments.of("--goal-p95", "20")).isEqualTo(new Arguments(20, 50, 20));
        assertThat(Arguments.of("--goal-p95", "2.5", "3", "7")).isEqualTo(new Arguments(3, 7, 2.5));
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatThrownBy(() -> Arguments.of("--goal-p95"))
                .isInstanceOf(NumberFormatException.class);
        assertThatThrownBy(() -> Arguments.of("--goal", "20"))
                .isInstanceOf(NumberFormatException.class);
    }
}
