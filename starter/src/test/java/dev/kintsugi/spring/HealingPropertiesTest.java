package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class HealingPropertiesTest {
    private static final String MODEL = "kintsugi.healing.components.model.";

    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(HealingAutoConfiguration.class));

    @Test
    void areTheDefaultsWhereNothingIsSaid() {
        application.run(context ->
                assertThat(context.getBean(Recoveries.class).of("any").describe())
                        .contains("retry(3 attempts, PT1S to PT1M, x2.0, full jitter)")
                        .contains(
                                "breaker(opens after 5 failures, half-open after PT1M, closes after 2)")
                        .doesNotContain("bulkhead", "timeout", "deadline"));
    }

    @Test
    void sayEveryPolicyOfAComponent() {
        application
                .withPropertyValues(
                        MODEL + "critical=true",
                        MODEL + "retry.max-attempts=4",
                        MODEL + "retry.initial-delay=20ms",
                        MODEL + "retry.max-delay=2s",
                        MODEL + "retry.multiplier=3",
                        MODEL + "retry.jitter=false",
                        MODEL + "breaker.failure-threshold=7",
                        MODEL + "breaker.success-threshold=3",
                        MODEL + "breaker.timeout=10s",
                        MODEL + "breaker.half-open-max-calls=2",
                        MODEL + "bulkhead.max-concurrent=9",
                        MODEL + "timeout=3s",
                        MODEL + "deadline=8s")
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).find("model").orElseThrow();
                    assertThat(recovery.describe())
                            .contains("retry(4 attempts, PT0.02S to PT2S, x3.0)")
                            .contains(
                                    "breaker(opens after 7 failures, half-open after PT10S, closes after 3)")
                            .contains("bulkhead(at most 9)")
                            .contains("timeout(PT3S)")
                            .contains("deadline(PT8S)");
                });
    }

    @Test
    void takeTheBreakerAway() {
        application
                .withPropertyValues(MODEL + "breaker.enabled=false")
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).of("model");
                    assertThat(recovery.circuitBreaker()).isEmpty();
                });
    }

    @ParameterizedTest
    @CsvSource({
        "retry.max-attempts, 0",
        "retry.initial-delay, -1s",
        "retry.max-delay, 1ms",
        "retry.multiplier, 0.5",
        "breaker.failure-threshold, 0",
        "breaker.success-threshold, 1001",
        "breaker.timeout, 2d",
        "breaker.half-open-max-calls, 101",
        "bulkhead.max-concurrent, 0",
        "timeout, 0s",
        "deadline, 2d",
    })
    void areNamedWhenTheirValueMakesNoSense(String property, String value) {
        application
                .withPropertyValues(MODEL + property + "=" + value)
                .run(context ->
                        assertThat(context.getStartupFailure())
                                .hasStackTraceContaining(
                                        InvalidConfigurationPropertyValueException.class.getName()
                                                + ": Property "
                                                + MODEL
                                                + property)
                                .hasStackTraceContaining(" must be in ["));
    }

    @Test
    void areKnownToEditors() throws IOException {
        String metadata = resource("META-INF/spring-configuration-metadata.json");

        assertThat(Stream.of("enabled", "components", "monitoring.enabled", "monitoring.interval"))
                .allSatisfy(property ->
                        assertThat(metadata)
                                .contains("\"name\": \"kintsugi.healing." + property + "\""));
        assertThat(metadata)
                .contains("Policies of components by their names.")
                .contains(
                        "java.util.Map<java.lang.String,dev.kintsugi.spring.ComponentProperties>");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in =
                HealingPropertiesTest.class.getClassLoader().getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
