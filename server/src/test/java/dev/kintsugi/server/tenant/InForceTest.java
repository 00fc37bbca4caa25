package dev.kintsugi.server.tenant;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.api.SettingSource;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which level's value holds. */
class InForceTest {
    private static final int WORLDS = 20_000;

    @Test
    void aCapIsNeverAboveAnyLevelNorAFloorBelowAndAnotherIsTheInnermosts() {
        for (var seed = 0; seed < WORLDS; seed++) {
            var random = new SplittableRandom(seed);
            var setting = Setting.values()[random.nextInt(Setting.values().length)];
            var levels = levels(random, setting);
            var ofRun = levels.remove(SettingSource.RUN);

            var inForce = new InForce(levels).with(ofRun == null ? Map.of() : ofRun);
            var held = inForce.view(setting);

            if (ofRun != null) {
                levels.put(SettingSource.RUN, ofRun);
            }
            if (levels.get(SettingSource.PLATFORM) != null) {
                levels.remove(SettingSource.DEFAULT); // in its place, not a level above it
            }
            var set = levels.values().stream().map(values -> values.get(setting)).toList();
            var expected =
                    set.isEmpty()
                            ? null
                            : setting.isCap()
                                    ? set.stream().min(BigDecimal::compareTo).orElseThrow()
                                    : setting == Setting.KEEP_RUNS_MIN_DAYS // a floor
                                            ? set.stream().max(BigDecimal::compareTo).orElseThrow()
                                            : set.getLast();
            assertThat(held.value()).as("seed %d, %s", seed, setting).isEqualTo(expected);
            if (expected != null) {
                assertThat(requireNonNull(levels.get(held.source())).get(setting))
                        .as("source, seed %d", seed)
                        .isEqualTo(expected);
            }
        }
    }

    /** Outermost first; each sets the setting or is missing. */
    private static Map<SettingSource, Map<Setting, BigDecimal>> levels(
            SplittableRandom random, Setting setting) {
        var levels = new EnumMap<SettingSource, Map<Setting, BigDecimal>>(SettingSource.class);
        for (var source : SettingSource.values()) {
            if (random.nextBoolean()) {
                levels.put(source, Map.of(setting, BigDecimal.valueOf(random.nextInt(5))));
            }
        }
        return levels;
    }

    @Test
    void defaultsAreThoseOfThePlatformsVariables() {
        var standards = new StringBuilder();
        for (var setting : Setting.values()) {
            standards.append(setting.variable()).append('=').append(setting.standard()).append(' ');
        }

        assertThat(standards)
                .hasToString(
                        "KINTSUGI_MAX_ACTIVE_RUNS=10000 KINTSUGI_MAX_RUNS_PER_DAY=null"
                                + " KINTSUGI_MAX_COST_PER_DAY_USD=null KINTSUGI_MAX_COST_PER_MONTH_USD=null"
                                + " KINTSUGI_MAX_STORAGE_MB=null KINTSUGI_MAX_WORKERS=1000"
                                + " META_V4_DEFAULT_COST_BUDGET_USD=10.0 META_V4_DEFAULT_ATTEMPT_BUDGET=10"
                                + " META_V4_MAX_REPAIR_ATTEMPTS=5 META_V4_CIRCUIT_BREAKER_THRESHOLD=5"
                                + " META_V4_CIRCUIT_BREAKER_COOLDOWN_MINUTES=5"
                                + " KINTSUGI_STUCK_AFTER_PERCENT=50 KINTSUGI_STUCK_RESET=0"
                                + " KINTSUGI_KEEP_RUNS_DAYS=30 KINTSUGI_KEEP_RUNS_MIN_DAYS=1 ");
    }
}
