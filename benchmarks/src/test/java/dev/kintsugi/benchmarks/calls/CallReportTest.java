package dev.kintsugi.benchmarks.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.json.Json;
import org.junit.jupiter.api.Test;

class CallReportTest {
    private final Results results = new Results();

    private void round(double slower) {
        for (Scenario each : Scenario.values()) {
            double ours =
                    switch (each) {
                        case TWO_THREADS -> 20;
                        case IN_A_ROW_ONE_THREAD -> 40; // not the same work, so it does not count
                        default -> 10;
                    };
            results.add(each, Library.KINTSUGI, new Round.Measured(ours * slower, 0.001));
            results.add(each, Library.RESILIENCE4J, new Round.Measured(80 * slower, 0));
            results.add(each, Library.FAILSAFE, new Round.Measured(200, 600));
        }
        results.addError(7.5);
        results.addStored(12.5);
    }

    @Test
    void saysTheWorstOfTheSuccessfulCallsAndWhatWasMeasuredOfTheOthers() throws Exception {
        round(1);

        assertThat(Json.mapper().writeValueAsString(CallReport.of(results)))
                .isEqualTo(
                        "{\"success\":{\"vs_resilience4j\":4.0,\"vs_failsafe\":10.0,"
                                + "\"bytes_per_call\":0.0},"
                                + "\"breaker_contended\":{\"vs_resilience4j\":8.0,\"vs_failsafe\":20.0},"
                                + "\"rejected\":{\"vs_resilience4j\":8.0,\"vs_failsafe\":20.0},"
                                + "\"error_path_us\":7.5}");
    }

    @Test
    void claimsNoIntervalsOfOneRound() {
        round(1);

        assertThat(CallReport.table(results))
                .contains(
                        "a call that goes well through a breaker kept in a store: 12.5 nanoseconds")
                .contains("no intervals: one round")
                .doesNotContain("[", "Infinity");
    }

    @Test
    void tellsIntervalsOfSeveralRounds() {
        round(1);
        round(1.1);
        round(0.9);

        assertThat(CallReport.table(results))
                .contains("in brackets: 95% confidence, of 3 rounds")
                .contains("4.00 [4.00, 4.00]", "10.03 [7.82, 12.88]");
    }
}
