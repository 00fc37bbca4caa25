package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.call.Operation;
import dev.kintsugi.healing.call.RecoveryStrategy;
import dev.kintsugi.healing.detect.DeadLetters;
import dev.kintsugi.healing.health.HealthCheck;
import dev.kintsugi.healing.health.HealthMonitor;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class HealingActuatorTest {
    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    EndpointAutoConfiguration.class,
                                    HealingAutoConfiguration.class,
                                    HealingHealthAutoConfiguration.class,
                                    HealingEndpointAutoConfiguration.class));
    private final ApplicationContextRunner exposed =
            application.withPropertyValues(
                    "management.endpoints.jmx.exposure.include=healing", "spring.jmx.enabled=true");

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
    void isDownWhileTheBreakerOfACriticalComponentIsOpen() {
        application
                .withPropertyValues(
                        "kintsugi.healing.components.model.critical=true",
                        "kintsugi.healing.components.model.retry.max-attempts=1")
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).of("model");
                    var indicator = context.getBean(HealingHealthIndicator.class);

                    for (int i = 0; i < 5; i++) {
                        assertThatThrownBy(() ->
                                        recovery.call(() -> {
                                            throw new ConnectException("Connection refused");
                                        }))
                                .isInstanceOf(ConnectException.class);
                    }

                    assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
                    recovery.circuitBreaker().orElseThrow().reset();
                    assertThat(context.getBean(HealthMonitor.class).systemHealth().issues())
                            .isEmpty();
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
    void showsWhoServed() {
        exposed.withPropertyValues("kintsugi.healing.components.model.retry.max-attempts=1")
                .withBean(RecoveryStrategy.class, Reconnect::new)
                .run(context -> {
                    var model = context.getBean(Recoveries.class).of("model");

                    model.call(() -> {
                        throw new UncheckedIOException(new ConnectException("refused"));
                    });

                    var report = context.getBean(HealingEndpoint.class).all();
                    assertThat(report.components())
                            .singleElement()
                            .extracting(HealingEndpoint.ComponentReport::strategies)
                            .isEqualTo(new TreeMap<>(Map.of("reconnect", 1L)));
                    assertThat(report.recentRecoveries())
                            .first()
                            .extracting(HealingEndpoint.RecentRecovery::metadata)
                            .isEqualTo(new TreeMap<>(Map.of("strategy", "reconnect")));
                });
    }

    private static final class Reconnect implements RecoveryStrategy {
        @Override
        public String name() {
            return "reconnect";
        }

        @Override
        public boolean handles(ErrorContext error) {
            return true;
        }

        @SuppressWarnings("unchecked") // the operation is of strings
        @Override
        public <T> T recover(ErrorContext error, Operation<? extends T, ?> operation) {
            return (T) "another";
        }
    }

    @Test
    void showsARequestErrorWithItsReason() {
        exposed.run(context -> {
            refuse(context, "the order must not be empty");

            var letters = context.getBean(HealingEndpoint.class).all().deadLetters();

            assertThat(letters.kept()).isOne();
            assertThat(letters.dropped()).isZero();
            assertThat(letters.newestFirst())
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.component()).isEqualTo("model");
                        assertThat(letter.category()).isEqualTo("validation");
                        assertThat(letter.reason()).contains("the order must not be empty");
                    });
        });
    }

    @Test
    void showsTheLastRequestErrorsThatTheApplicationKeeps() {
        var own = new DeadLetters(DeadLettersReport.SHOWN + 1, InstantSource.system());
        exposed.withBean(DeadLetters.class, () -> own)
                .run(context -> {
                    for (int i = 0; i < DeadLettersReport.SHOWN + 2; i++) {
                        refuse(context, "order " + i + " must not be empty");
                    }

                    var letters = context.getBean(HealingEndpoint.class).all().deadLetters();

                    assertThat(letters.kept()).isEqualTo(101);
                    assertThat(letters.dropped()).isOne();
                    assertThat(letters.newestFirst()).hasSize(100);
                    assertThat(letters.newestFirst().getFirst().reason()).contains("order 101");
                });
    }

    private static void refuse(ApplicationContext context, String reason) {
        var recovery = context.getBean(Recoveries.class).of("model");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        recovery.call(() -> {
                            throw new IllegalArgumentException(reason);
                        }));
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
