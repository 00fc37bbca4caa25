package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.engine.RecoveryEngine;
import dev.kintsugi.healing.health.HealthMonitor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class HealingEngineTest {
    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    EndpointAutoConfiguration.class,
                                    HealingAutoConfiguration.class,
                                    HealingMetricsAutoConfiguration.class,
                                    HealingEndpointAutoConfiguration.class))
                    .withPropertyValues(
                            "management.endpoints.jmx.exposure.include=healing",
                            "spring.jmx.enabled=true")
                    .withBean(SimpleMeterRegistry.class);

    private static String write(ApplicationContext context) throws ConnectException {
        return context.getBean(RecoveryEngine.class)
                .executeWithRecovery(
                        "llm",
                        "write",
                        () -> {
                            throw new ConnectException("Connection refused");
                        });
    }

    private static RecoveryEngine registered(ApplicationContext context) {
        var engine = context.getBean(RecoveryEngine.class);
        engine.registerRetry("llm", Retry.attempts(1));
        engine.registerCircuitBreaker("llm", BreakerConfig.standard());
        engine.registerFallback("llm", Fallback.value("old", "an old poem"));
        return engine;
    }

    @Test
    void showsItsRecoveriesInTheEndpointAndInMetrics() {
        application.run(context -> {
            registered(context);

            assertThat(write(context)).isEqualTo("an old poem");

            EngineReport report = context.getBean(HealingEndpoint.class).all().engine();
            assertThat(report.overall().recovered()).isOne();
            assertThat(report.overall().successRate()).isEqualTo(1);
            assertThat(report.byAction()).containsOnlyKeys("fallback");
            assertThat(report.byComponent()).containsOnlyKeys("llm");
            assertThat(report.breakers())
                    .extractingByKey("llm")
                    .extracting(BreakerReport::state)
                    .isEqualTo("closed");
            assertThat(
                            context.getBean(MeterRegistry.class)
                                    .get("kintsugi.healing.recoveries")
                                    .tags("component", "llm", "action", "fallback")
                                    .counter()
                                    .count())
                    .isOne();
            assertThat(context.getBean(HealthMonitor.class).find("llm")).isPresent();
        });
    }

    @Test
    void hasItsBreakersControlledByTheEndpoint() {
        application.run(context -> {
            RecoveryEngine engine = registered(context);
            var endpoint = context.getBean(HealingEndpoint.class);

            var isolated = endpoint.control("llm", HealingEndpoint.BreakerCommand.ISOLATE);

            assertThat(isolated.getBody()).extracting(BreakerReport::state).isEqualTo("open");
            assertThat(endpoint.control("nobody", HealingEndpoint.BreakerCommand.RESET).getStatus())
                    .isEqualTo(404);
            engine.registerFallback(
                    "llm",
                    Fallback.to(
                            "none",
                            () -> {
                                throw new ConnectException("Connection refused");
                            }));
            assertThatExceptionOfType(CallRejected.class).isThrownBy(() -> write(context));
        });
    }

    @Test
    void stepsBackForAnEngineOfTheApplication() {
        var own = new RecoveryEngine(HealthMonitor.standard(), Setting.standard());

        application
                .withBean(RecoveryEngine.class, () -> own)
                .run(context -> assertThat(context).getBean(RecoveryEngine.class).isSameAs(own));
    }
}
