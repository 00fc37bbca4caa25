package dev.kintsugi.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The short form of {@code kintsugi bench crash}. */
class BenchCrashTest {
    private static final long SEED = 1;
    private static final int KILLS = 8;
    private static final int RUNS = 6;

    @Test
    void everyRunFinishesAndEveryEffectTakesPlaceOnceThoughAllAreKilled() throws Exception {
        System.out.println("replay by: ./kintsugi bench crash --kills=8 --runs=6 --seed=" + SEED);

        var report = new BenchCrash(KILLS, RUNS, SEED, System.out).report();

        assertThat(report)
                .isEqualTo(new CrashReport(KILLS, RUNS, RUNS, RUNS * BenchCrash.STEPS, 0, 0));
    }

    @Test
    void countsWhatTookPlaceTwiceAndWhatTookNone() {
        var report = CrashReport.of(5, 2, 1, 2, Map.of("a", 1, "b", 2, "c", 1));

        assertThat(report.json())
                .isEqualTo(
                        "{\"kills\":5,\"runs\":2,\"finished\":1,\"ledger_keys\":3,\"duplicates\":1,\"lost\":1}");
        assertThat(report.isGood()).isFalse();
    }
}
