package dev.kintsugi.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    @Test
    void takesTheNearestRankOfTheSortedTimes() {
        var times =
                LongStream.rangeClosed(1, 200)
                        .mapToObj(millis -> millis * 1_000_000)
                        .collect(Collectors.toList());
        Collections.reverse(times);

        assertThat(Percentiles.of(times)).isEqualTo(new Percentiles(200, 100, 190, 198, 200));
    }

    @Test
    void isThatTimeForASingleOne() {
        assertThat(Percentiles.of(List.of(2_500_000L)))
                .isEqualTo(new Percentiles(1, 2.5, 2.5, 2.5, 2.5));
    }

    @Test
    void needsATime() {
        assertThatThrownBy(() -> Percentiles.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nanos");
    }
}
