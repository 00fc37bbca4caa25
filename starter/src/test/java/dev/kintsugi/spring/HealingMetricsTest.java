package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.call.Operation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class HealingMetricsTest {
    private static final Operation<String, RuntimeException> DOWN =
            () -> {
                throw new UncheckedIOException(new ConnectException("Connection refused"));
            };

    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    HealingAutoConfiguration.class,
                                    HealingMetricsAutoConfiguration.class))
                    .withPropertyValues(
                            "kintsugi.healing.components.model.retry.max-attempts=2",
                            "kintsugi.healing.components.model.retry.initial-delay=0s",
                            "kintsugi.healing.components.model.breaker.failure-threshold=2");

    @Test
    void tellsCallsRejectionsRecoveriesAndTheBreaker() {
        application
                .withBean(SimpleMeterRegistry.class)
                .run(context -> {
                    var model = context.getBean(Recoveries.class).of("model");
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    assertThat(breaker(meters, "closed")).isOne();

                    model.call(() -> "fine");
                    assertThatRuntimeException().isThrownBy(() -> model.call(DOWN));
                    assertThatRuntimeException().isThrownBy(() -> model.call(DOWN));

                    assertThat(calls(meters, "success")).isOne();
                    assertThat(calls(meters, "failure")).isEqualTo(2);
                    assertThat(breaker(meters, "open")).isOne();
                    assertThat(breaker(meters, "closed")).isZero();
                    assertThat(
                                    meters.get("kintsugi.healing.rejections")
                                            .tags("component", "model", "reason", "breaker_open")
                                            .counter()
                                            .count())
                            .isOne();
                    assertThat(recoveries(meters, "retry_backoff", "failed")).isOne();
                    assertThat(recoveries(meters, "circuit_break", "contained")).isOne();
                    assertThat(meters.get("kintsugi.healing.health").gauge().value()).isZero();
                    var taken = meters.get("kintsugi.healing.bulkhead.taken").gauge();
                    assertThat(taken.value()).isZero();
                    assertThat(meters.find("kintsugi.healing.hedges").functionCounters())
                            .hasSize(2);
                });
    }

    @Test
    void countNamesThatAProgramMakesUpTogether() {
        var registry = new SimpleMeterRegistry();
        var metrics = new HealingMetrics(registry);

        for (int i = 0; i < HealingMetrics.MAX_COMPONENTS + 10; i++) {
            metrics.onSuccess("user-" + i, -1);
            metrics.onEvent(new HealingEvent.CallRejected("user-" + i, Rejection.RATE_LIMITED));
        }
        metrics.onSuccess("user-0", -1);

        assertThat(registry.find("kintsugi.healing.calls").tag("outcome", "success").counters())
                .hasSize(HealingMetrics.MAX_COMPONENTS + 1);
        assertThat(registry.find("kintsugi.healing.rejections").counters())
                .hasSize(HealingMetrics.MAX_COMPONENTS + 1);
        assertThat(registry.get("kintsugi.healing.calls").tag("component", "others").counters())
                .extracting(Counter::count)
                .containsExactlyInAnyOrder(10.0, 0.0);
        assertThat(registry.find("kintsugi.healing.health").tag("component", "others").gauge())
                .isNull();
        assertThat(
                        registry.get("kintsugi.healing.calls")
                                .tags("component", "user-0", "outcome", "success")
                                .counter()
                                .count())
                .isEqualTo(2);
    }

    @Test
    void tellHowDegradedTheApplicationIs() {
        var registry = new SimpleMeterRegistry();
        var metrics = new HealingMetrics(registry);
        var degradation = registry.get("kintsugi.healing.degradation").gauge();
        assertThat(degradation.value()).isZero();

        metrics.onEvent(
                new HealingEvent.DegradationChanged(
                        "system", DegradationLevel.FULL, DegradationLevel.ESSENTIAL));

        assertThat(degradation.value()).isEqualTo(2);
    }

    @Test
    void areNotThereWithoutARegistry() {
        application.run(context -> assertThat(context).doesNotHaveBean(HealingMetrics.class));
    }

    private static double calls(MeterRegistry meters, String outcome) {
        return meters.get("kintsugi.healing.calls")
                .tags("component", "model", "outcome", outcome)
                .counter()
                .count();
    }

    private static double recoveries(MeterRegistry meters, String action, String outcome) {
        return meters.get("kintsugi.healing.recoveries")
                .tags("component", "model", "action", action, "outcome", outcome)
                .counter()
                .count();
    }

    private static double breaker(MeterRegistry meters, String state) {
        return meters.get("kintsugi.healing.breaker.state")
                .tags("component", "model", "state", state)
                .gauge()
                .value();
    }
}
