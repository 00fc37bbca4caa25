package dev.kintsugi.benchmarks.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.benchmarks.runs.Engine.Tally;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RatesTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void comparesRoundByRoundSoThatASlowRoundOfTheMachineCountsOnce() {
        var ours = rates(100, 10, 300);
        var theirs = rates(50, 5, 100);

        assertThat(ours.perSecond()).isEqualTo(100);
        assertThat(ours.against(theirs)).isEqualTo(2);
        assertThat(theirs.against(ours)).isEqualTo(0.5);
    }

    @Test
    void takesTheMiddleOfAnEvenNumberOfRounds() {
        assertThat(rates(10, 40, 20, 30).perSecond()).isEqualTo(25);
    }

    @Test
    void sharesProcessorTimeAmongTheRuns() {
        var rates = new Rates();
        rates.add(
                new Rates.Round(new Tally(4, SECOND), Duration.ofMillis(10), Duration.ofMillis(2)));

        assertThat(rates.ownMillis()).isEqualTo(2.5);
        assertThat(rates.databaseMillis()).isEqualTo(0.5);
    }

    private static Rates rates(long... runsPerSecond) {
        var rates = new Rates();
        for (var runs : runsPerSecond) {
            rates.add(new Rates.Round(new Tally(runs, SECOND), Duration.ZERO, Duration.ZERO));
        }
        return rates;
    }
}
