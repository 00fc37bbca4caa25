package dev.kintsugi.benchmarks.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RatioTest {

    @Test
    void isExactWhenAllRoundsAgree() {
        Ratio ratio = Ratio.of(List.of(30.0, 60.0, 90.0), List.of(10.0, 20.0, 30.0));

        assertThat(ratio.mean()).isCloseTo(3, within(1e-9));
        Ratio.Interval interval = Objects.requireNonNull(ratio.interval());
        assertThat(interval.low()).isCloseTo(3, within(1e-6));
        assertThat(interval.high()).isCloseTo(3, within(1e-6));
        assertThat(ratio.told()).isEqualTo("3.00 [3.00, 3.00]");
    }

    /** The interval by hand: logarithms 0, ln 4; mean ln 2, s = 0.980258, t(1) = 12.706. */
    @Test
    void hasStudentsIntervalOnTheLogarithms() {
        Ratio ratio = Ratio.of(List.of(10.0, 40.0), List.of(10.0, 10.0));

        assertThat(ratio.mean()).isCloseTo(2, within(1e-9));
        Ratio.Interval interval = Objects.requireNonNull(ratio.interval());
        assertThat(Math.log(interval.high() / ratio.mean())).isCloseTo(8.80714, within(1e-3));
    }

    @Test
    void knowsNoIntervalOfOneRound() {
        Ratio ratio = Ratio.of(List.of(20.0), List.of(10.0));

        assertThat(ratio.interval()).isNull();
        assertThat(ratio.told()).isEqualTo("2.00");
    }

    @Test
    void refusesRoundsThatDoNotMatch() {
        assertThatThrownBy(() -> Ratio.of(List.of(1.0), List.of()))
                .hasMessageContaining("rounds must be in [1, 10]");
    }
}
