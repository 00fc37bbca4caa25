package dev.kintsugi.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** Pins every default, and the name of every variable that the source document gives. */
class MetaV4SettingsTest {
    @Test
    void theBaseProfileHasTheDocumentsDefaults() {
        with(settings ->
                assertThat(settings)
                        .isEqualTo(
                                new MetaV4Settings(
                                        false,
                                        BigDecimal.ZERO,
                                        5,
                                        5,
                                        Duration.ofMinutes(5),
                                        Duration.ofSeconds(1800),
                                        new BigDecimal("10.0"),
                                        10,
                                        false,
                                        0.1)));
    }

    @Test
    void everyVariableIsReadByItsExactName() {
        with(
                settings ->
                        assertThat(settings)
                                .isEqualTo(
                                        new MetaV4Settings(
                                                true,
                                                new BigDecimal("12.5"),
                                                1,
                                                2,
                                                Duration.ofMinutes(3),
                                                Duration.ofSeconds(4),
                                                new BigDecimal("0.5"),
                                                6,
                                                true,
                                                0.7)),
                "FEATURE_META_V4_ENABLED=true",
                "FEATURE_META_V4_CANARY_PERCENT=12.5",
                "META_V4_MAX_REPAIR_ATTEMPTS=1",
                "META_V4_CIRCUIT_BREAKER_THRESHOLD=2",
                "META_V4_CIRCUIT_BREAKER_COOLDOWN_MINUTES=3",
                "META_V4_DEFAULT_TIME_BUDGET_SECONDS=4",
                "META_V4_DEFAULT_COST_BUDGET_USD=0.5",
                "META_V4_DEFAULT_ATTEMPT_BUDGET=6",
                "META_V4_CHAOS_ENABLED=true",
                "META_V4_CHAOS_INJECTION_PROBABILITY=0.7");
    }

    @Test
    void theLocalProfileUsesTheWholeLadder() {
        with(settings -> assertThat(settings.enabled()).isTrue(), "spring.profiles.active=local");
        with(
                settings -> assertThat(settings.enabled()).isFalse(),
                "spring.profiles.active=local",
                "FEATURE_META_V4_ENABLED=false");
    }

    @Test
    void stagingAndProductionAreTheDocuments() {
        with(
                settings -> {
                    assertThat(settings.enabled()).isTrue();
                    assertThat(settings.canaryPercent()).isEqualByComparingTo("50");
                    assertThat(settings.chaosEnabled()).isTrue();
                    assertThat(settings.chaosInjectionProbability()).isEqualTo(0.05);
                },
                "spring.profiles.active=staging");
        with(
                settings -> {
                    assertThat(settings.enabled()).isFalse();
                    assertThat(settings.canaryPercent()).isZero();
                    assertThat(settings.chaosEnabled()).isFalse();
                },
                "spring.profiles.active=production");
    }

    @Test
    void aShareBetweenZeroAndOneIsAmbiguous() {
        assertThat(failure("FEATURE_META_V4_CANARY_PERCENT=0.15"))
                .hasMessageContaining("0.15 is ambiguous: say 15 for that share of runs");
        assertThat(failure("FEATURE_META_V4_CANARY_PERCENT=1.0")).isNull();
        assertThat(failure("FEATURE_META_V4_CANARY_PERCENT=140"))
                .hasMessage("FEATURE_META_V4_CANARY_PERCENT must be in [0, 100], was 140.");
    }

    @Test
    void theCanarysShareOfRunsUsesTheWholeLadderAndEachRunAlways() {
        var runs = IntStream.range(0, 10_000).mapToObj(i -> "r-" + i).toList();

        with(
                settings -> {
                    var chosen = runs.stream().filter(settings::allowsV4).toList();
                    assertThat(chosen.size()).isBetween(1_400, 1_600);
                    assertThat(runs.stream().filter(settings::allowsV4).toList()).isEqualTo(chosen);
                },
                "FEATURE_META_V4_CANARY_PERCENT=15");
        with(settings -> assertThat(runs).noneMatch(settings::allowsV4));
        with(
                settings -> assertThat(runs).allMatch(settings::allowsV4),
                "FEATURE_META_V4_CANARY_PERCENT=100");
    }

    @Test
    void aValueOutOfRangeNamesItsVariable() {
        assertThat(failure("META_V4_MAX_REPAIR_ATTEMPTS=0"))
                .hasMessageContaining("META_V4_MAX_REPAIR_ATTEMPTS must be");
        assertThat(failure("META_V4_CHAOS_INJECTION_PROBABILITY=1.1"))
                .hasMessage("META_V4_CHAOS_INJECTION_PROBABILITY must be in [0, 1], was 1.1.");
    }

    private static void with(Consumer<MetaV4Settings> check, String... variables) {
        runner().withPropertyValues(variables)
                .run(context -> check.accept(context.getBean(MetaV4Settings.class)));
    }

    private static @Nullable Throwable failure(String variable) {
        var found = new AtomicReference<@Nullable Throwable>();
        runner().withPropertyValues(variable)
                .run(context -> found.set(context.getStartupFailure()));
        Throwable failure = found.get();
        return failure == null ? null : root(failure);
    }

    private static Throwable root(Throwable thrown) {
        return thrown.getCause() == null ? thrown : root(thrown.getCause());
    }

    private static ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withUserConfiguration(Settings.class);
    }

    @Configuration
    @EnableConfigurationProperties(MetaV4Settings.class)
    static class Settings {}
}
