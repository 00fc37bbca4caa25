package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.call.Operation;
import dev.kintsugi.healing.call.RecoveryStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class HealingPropertiesTest {
    private static final String MODEL = "kintsugi.healing.components.model.";

    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(HealingAutoConfiguration.class));

    @Test
    void areTheDefaultsWhereNothingIsSaid() {
        application.run(context ->
                assertThat(context.getBean(Recoveries.class).of("any").describe())
                        .contains("retry(3 attempts, PT1S to PT1M, x2.0, full jitter, budget")
                        .contains(
                                "breaker(opens after 5 failures, half-open after PT1M, closes after 2, probes 1 at a time, each leased for PT1M)")
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
                        MODEL + "deadline=8s",
                        MODEL + "rate-limit.calls=50",
                        MODEL + "rate-limit.per=2s",
                        MODEL + "hedge.after=400ms")
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).find("model").orElseThrow();
                    assertThat(recovery.describe())
                            .contains("retry(4 attempts, PT0.02S to PT2S, x3.0, budget")
                            .contains(
                                    "breaker(opens after 7 failures, half-open after PT10S, closes after 3, ")
                            .contains("bulkhead(at most 9)")
                            .contains("timeout(PT3S)")
                            .contains("deadline(PT8S)")
                            .contains("rate limit(50 per PT2S)")
                            .contains("hedge(after PT0.4S)");
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
        "rate-limit.calls, 0",
        "hedge.after, 0s",
        "retry.budget.share, 11",
        "retry.budget.least, -1",
    })
    void areNamedWhenTheirValueMakesNoSense(String property, String value) {
        application
                .withPropertyValues(MODEL + property + "=" + value)
                .run(context -> assertRefused(context, MODEL + property));
    }

    private static String down() {
        throw new IllegalStateException("I/O error: Connection refused");
    }

    @Test
    void boundWhatRetriesAdd() {
        application
                .withPropertyValues(
                        MODEL + "retry.initial-delay=0s",
                        MODEL + "retry.budget.share=0",
                        MODEL + "retry.budget.least=1")
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).of("model");

                    assertThatRuntimeException()
                            .isThrownBy(() -> recovery.call(HealingPropertiesTest::down));

                    assertThat(recovery.statistics().retries()).isOne();
                });
    }

    @Test
    void openTheBreakerByTheShareOfFailures() {
        application
                .withPropertyValues(
                        MODEL + "retry.max-attempts=1",
                        MODEL + "breaker.failure-threshold=1000",
                        MODEL + "breaker.rate.enabled=true",
                        MODEL + "breaker.rate.failures=0.4",
                        MODEL + "breaker.rate.minimum-calls=4")
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).of("model");
                    var breaker = recovery.circuitBreaker().orElseThrow();

                    recovery.call(() -> "fine");
                    recovery.call(() -> "fine");
                    assertThatRuntimeException()
                            .isThrownBy(() -> recovery.call(HealingPropertiesTest::down));
                    assertThat(breaker.phase()).isEqualTo(BreakerPhase.CLOSED);
                    assertThatRuntimeException()
                            .isThrownBy(() -> recovery.call(HealingPropertiesTest::down));
                    assertThat(breaker.phase()).isEqualTo(BreakerPhase.OPEN);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "failures, 0",
        "slow, 1.1",
        "slow-after, 2d",
        "minimum-calls, 0",
        "window, 1ms",
    })
    void areNamedWhenARateMakesNoSense(String property, String value) {
        application
                .withPropertyValues(
                        MODEL + "breaker.rate.enabled=true",
                        MODEL + "breaker.rate." + property + "=" + value)
                .run(context -> assertRefused(context, MODEL + "breaker.rate." + property));
    }

    @Test
    void areNamedWhenATimeMakesNoSense() {
        application
                .withPropertyValues(MODEL + "rate-limit.calls=5", MODEL + "rate-limit.per=0s")
                .run(context -> assertRefused(context, MODEL + "rate-limit.per"));
        application
                .withPropertyValues("kintsugi.healing.monitoring.interval=1ms")
                .run(context -> assertRefused(context, "kintsugi.healing.monitoring.interval"));
    }

    @Test
    void areRefusedWhenTheyAreUnknown() {
        application
                .withPropertyValues(MODEL + "retry.max-attempt=5")
                .run(context ->
                        assertThat(context)
                                .getFailure()
                                .hasStackTraceContaining("retry.max-attempt")
                                .hasStackTraceContaining("were left unbound"));
    }

    @Test
    void areFoundWhateverTheNameIsMadeOf() {
        application
                .withPropertyValues(
                        "kintsugi.healing.components.openai_adapter.timeout=1s",
                        "kintsugi.healing.components.localModel.timeout=2s",
                        "kintsugi.healing.components[a.b/c].timeout=3s")
                .run(context -> {
                    var recoveries = context.getBean(Recoveries.class);
                    assertThat(recoveries.of("openai_adapter").describe())
                            .contains("timeout(PT1S)");
                    assertThat(recoveries.of("localModel").describe()).contains("timeout(PT2S)");
                    assertThat(recoveries.of("a.b/c").describe()).contains("timeout(PT3S)");
                });
    }

    @Test
    void nameTheStrategiesThatMayHelp() {
        var strategies =
                application
                        .withBean("one", RecoveryStrategy.class, () -> new Answers("one"))
                        .withBean("two", RecoveryStrategy.class, () -> new Answers("two"))
                        .withPropertyValues(MODEL + "retry.max-attempts=1");

        strategies.run(context -> assertThat(healed(context)).isEqualTo("one"));
        strategies
                .withPropertyValues(MODEL + "strategies=two,one")
                .run(context -> assertThat(healed(context)).isEqualTo("two"));
        strategies
                .withPropertyValues(MODEL + "strategies=")
                .run(context -> assertThatRuntimeException().isThrownBy(() -> healed(context)));
        strategies
                .withPropertyValues(MODEL + "strategies=three")
                .run(context -> {
                    assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining(MODEL + "strategies with value 'three'")
                            .hasStackTraceContaining("there are [one, two]");
                });
    }

    private static String healed(ApplicationContext context) {
        return context.getBean(Recoveries.class).of("model").call(HealingPropertiesTest::down);
    }

    private record Answers(String name) implements RecoveryStrategy {
        @Override
        public boolean handles(ErrorContext error) {
            return true;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T recover(ErrorContext error, Operation<? extends T, ?> operation) {
            return (T) name;
        }
    }

    private static void assertRefused(AssertableApplicationContext context, String property) {
        assertThat(context)
                .getFailure()
                .hasStackTraceContaining(
                        InvalidConfigurationPropertyValueException.class.getName()
                                + ": Property "
                                + property
                                + " with value")
                .hasStackTraceContaining(" must be in [");
    }

    @Test
    void areAllInTheDocumentation() throws IOException {
        String document = Files.readString(Path.of("../docs/spring-boot.md"));

        assertThat(names("…", ComponentProperties.class))
                .hasSizeGreaterThan(25)
                .allSatisfy(name ->
                        assertThat(document)
                                .contains(
                                        "`"
                                                + name.replace(
                                                        "….critical", "components.<name>.critical")
                                                + "`"));
    }

    private static Stream<String> names(String path, Class<?> properties) {
        return Stream.of(properties.getRecordComponents())
                .flatMap(each -> {
                    String name =
                            path
                                    + "."
                                    + each.getName()
                                            .replaceAll("([A-Z])", "-$1")
                                            .toLowerCase(Locale.ROOT);
                    return each.getType().isRecord()
                            ? names(name, each.getType())
                            : Stream.of(name);
                });
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
