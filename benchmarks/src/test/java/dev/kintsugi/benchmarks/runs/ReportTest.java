package dev.kintsugi.benchmarks.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.benchmarks.Percentiles;
import dev.kintsugi.benchmarks.runs.BenchRuns.Measured;
import dev.kintsugi.benchmarks.runs.Engine.Tally;
import dev.kintsugi.benchmarks.runs.KintsugiEngine.Crowd;
import dev.kintsugi.client.json.Json;
import java.time.Duration;
import java.util.EnumMap;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Measured measured = measured();

    @Test
    void endsInTheNamesThatAreAskedFor() {
        var line = Json.mapper().writeValueAsString(BenchRuns.report(measured));

        assertThat(line)
                .isEqualTo(
                        """
                        {"runs_per_s":1000.0,"vs_dbos":5.0,"vs_db_scheduler":4.0,"vs_temporal_test_server":2.0,\
                        "vs_floor":0.5,"ready_to_started_ms":{"p50":1.5,"p95":2.5,"p99":3.5},\
                        "concurrent_tasks":1001,"rss_mb":300,"claim_ratio_1m":1.1}\
                        """);
    }

    @Test
    void tellsPeopleTheSame() {
        assertThat(Table.of(measured))
                .contains("Kintsugi", "DBOS Transact 1.1.0-m6", "5.00×", "p95 2.5 ms")
                .contains("2.20 ms with 1,000,000: 1.10 times");
    }

    private static Measured measured() {
        var rates = new EnumMap<Contender, Rates>(Contender.class);
        var levels = new EnumMap<Contender, Integer>(Contender.class);
        var memory = new EnumMap<Contender, Long>(Contender.class);
        for (var contender : Contender.values()) {
            var round = new Rates();
            var tally = new Tally(runs(contender), 1_000_000_000);
            round.add(new Rates.Round(tally, Duration.ofSeconds(1), Duration.ofSeconds(1)));
            rates.put(contender, round);
            levels.put(contender, 128);
            memory.put(contender, 300L);
        }
        return new Measured(
                rates,
                levels,
                memory,
                90,
                new Crowd(new Percentiles(9, 1.5, 2.5, 3.5, 4.5), 1_001),
                new ClaimTimes.Compared(1_000_000, 2_000_000, 2_200_000));
    }

    private static long runs(Contender contender) {
        return switch (contender) {
            case KINTSUGI -> 1_000;
            case DBOS -> 200;
            case DB_SCHEDULER -> 250;
            case TEMPORAL -> 500;
            case FLOOR -> 2_000;
        };
    }
}
