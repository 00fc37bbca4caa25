package dev.kintsugi.benchmarks.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.json.Json;
import org.junit.jupiter.api.Test;

class CallReportTest {

    @Test
    void saysTheWorstOfTheSuccessfulCallsAndWhatWasMeasuredOfTheOthers() throws Exception {
        var results = new Results();
        for (Scenario each : Scenario.values()) {
            double ours = each == Scenario.TWO_THREADS ? 20 : 10;
            results.add(each, Library.KINTSUGI, new Round.Measured(ours, 0.001));
            results.add(each, Library.RESILIENCE4J, new Round.Measured(80, 0));
            results.add(each, Library.FAILSAFE, new Round.Measured(200, 600));
        }
        results.addError(7.5);

        assertThat(Json.mapper().writeValueAsString(CallReport.of(results)))
                .isEqualTo(
                        "{\"success\":{\"vs_resilience4j\":4.0,\"vs_failsafe\":10.0,"
                                + "\"bytes_per_call\":0.0},"
                                + "\"breaker_contended\":{\"vs_resilience4j\":8.0,\"vs_failsafe\":20.0},"
                                + "\"rejected\":{\"vs_resilience4j\":8.0,\"vs_failsafe\":20.0},"
                                + "\"error_path_us\":7.5}");
        assertThat(CallReport.table(results)).contains("4.00 [0.00, Infinity]");
    }
}
