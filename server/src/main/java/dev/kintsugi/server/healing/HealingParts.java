package dev.kintsugi.server.healing;

import dev.kintsugi.server.platform.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How this room is put together. */
@Configuration(proxyBeanMethods = false)
class HealingParts {
    @Bean
    HealingMetrics healingMetrics(MeterRegistry registry) {
        return new HealingMetrics(registry);
    }

    @Bean
    Components components(
            Transactions transactions,
            JdbcClient jdbc,
            HealingMetrics metrics,
            InstantSource clock) {
        return new Components(transactions, HealingRows.of(jdbc), metrics, () -> true, clock);
    }

    @Bean
    OutcomeBatches outcomeBatches(
            Transactions transactions,
            JdbcClient jdbc,
            Components components,
            HealingMetrics metrics,
            InstantSource clock) {
        return new OutcomeBatches(transactions, jdbc, components, metrics, clock);
    }

    @Bean
    Monitorings monitorings(
            Transactions transactions,
            JdbcClient jdbc,
            Components components,
            InstantSource clock) {
        return new Monitorings(transactions, jdbc, components, clock);
    }

    @Bean
    HealingRounds healingRounds(Monitorings monitorings) {
        return new HealingRounds(monitorings);
    }
}
