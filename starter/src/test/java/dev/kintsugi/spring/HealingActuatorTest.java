package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.health.HealthCheck;
import dev.kintsugi.healing.health.HealthMonitor;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class HealingActuatorTest {
    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    EndpointAutoConfiguration.class,
                                    HealingAutoConfiguration.class,
                                    HealingHealthAutoConfiguration.class,
                                    HealingEndpointAutoConfiguration.class));

    @Test
    void isUpAsLongAsNothingIsKnown() {
        application.run(context -> {
            var health = context.getBean(HealingHealthIndicator.class).health();

            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsEntry("status", "insufficient_data");
        });
    }

    @Test
    void isDownWhenACriticalComponentIs() {
        HealthCheck down = () -> new HealthCheck.Answer(HealthStatus.UNHEALTHY, "down");
        HealthCheck dead = () -> new HealthCheck.Answer(HealthStatus.CRITICAL, "dead");
        application
                .withPropertyValues("kintsugi.healing.components.model.critical=true")
                .run(context -> {
                    var monitor = context.getBean(HealthMonitor.class);
                    var indicator = context.getBean(HealingHealthIndicator.class);

                    monitor.registerHealthCheck("cache", dead);
                    assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
                    monitor.registerHealthCheck("model", down);
                    assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);

                    assertThat(indicator.health().getDetails())
                            .containsEntry(
                                    "components",
                                    Map.of("cache", "critical", "model", "unhealthy"));
                });
    }

    @Test
    void namesTheWorstComponentsFirst() {
        application.run(context -> {
            var monitor = context.getBean(HealthMonitor.class);
            for (int i = 0; i < HealingHealthIndicator.MOST; i++) {
                monitor.register("component-" + i);
            }
            monitor.registerHealthCheck(
                    "zoo", () -> new HealthCheck.Answer(HealthStatus.UNHEALTHY, "closed"));

            var details = context.getBean(HealingHealthIndicator.class).health().getDetails();

            assertThat(details.get("components"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .hasSize(HealingHealthIndicator.MOST)
                    .containsEntry("zoo", "unhealthy");
        });
    }

    @Test
    void showsComponentsThatNobodyMonitorsAnyMore() {
        application
                .withPropertyValues(
                        "management.endpoints.jmx.exposure.include=healing",
                        "spring.jmx.enabled=true")
                .run(context -> {
                    context.getBean(Recoveries.class).of("model");
                    context.getBean(HealthMonitor.class).unregister("model");

                    var report = context.getBean(HealingEndpoint.class).one("model");

                    assertThat(report)
                            .extracting(HealingEndpoint.ComponentReport::status)
                            .isEqualTo("insufficient_data");
                });
    }

    @Test
    void hasNoEndpointUnlessItIsExposed() {
        application.run(context -> assertThat(context).doesNotHaveBean(HealingEndpoint.class));
        application
                .withPropertyValues("management.endpoints.jmx.exposure.include=healing")
                .withPropertyValues("spring.jmx.enabled=true")
                .run(context -> assertThat(context).hasSingleBean(HealingEndpoint.class));
    }
}
