package dev.kintsugi.server.healing;

import dev.kintsugi.healing.time.TimeAndChance;
import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.Readiness;
import dev.kintsugi.server.platform.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How this room is put together. */
@Configuration(proxyBeanMethods = false)
class HealingParts {
    private static final Duration MONITORING = Duration.ofSeconds(1);
    private static final Duration FORGETTING = Duration.ofMinutes(1);

    @Bean
    HealingMetrics healingMetrics(MeterRegistry registry) {
        return new HealingMetrics(registry);
    }

    @Bean
    Components components(
            Transactions transactions,
            JdbcClient jdbc,
            HealingMetrics metrics,
            ServerHealth health,
            InstantSource clock) {
        return new Components(transactions, HealingRows.of(jdbc), metrics, health::mayWrite, clock);
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
    HealingRounds healingRounds(
            Monitorings monitorings,
            OutcomeBatches outcomes,
            JdbcClient jdbc,
            ServerHealth health) {
        var gone = new GoneServers(jdbc);
        return new HealingRounds(
                List.of(
                        new HealingRounds.Round(MONITORING, whereNoted(health, monitorings::round)),
                        new HealingRounds.Round(FORGETTING, whereNoted(health, outcomes::forget)),
                        new HealingRounds.Round(FORGETTING, whereNoted(health, gone::forget)),
                        new HealingRounds.Round(ServerHealth.INTERVAL, health::round)));
    }

    private static Runnable whereNoted(ServerHealth health, Runnable round) {
        return () -> {
            if (health.mayWrite()) {
                round.run();
            }
        };
    }

    @Bean
    ServerHealth serverHealth(
            JdbcClient jdbc,
            Home home,
            ObjectProvider<Readiness> parts,
            HealingMetrics metrics,
            InstantSource clock) {
        return new ServerHealth(
                OwnComponents.of(jdbc, home.id(), home.folder(), () -> parts.stream().toList()),
                metrics,
                new PostgresBreakerStore(jdbc, home.id(), clock),
                by(clock));
    }

    /** Servers compare when their breakers opened, so that it must be by the clock of them all. */
    private static TimeAndChance by(InstantSource clock) {
        var real = TimeAndChance.real();
        return new TimeAndChance(
                clock,
                real.ticker(),
                real.pause(),
                real.timers(),
                real.chance(),
                real.roughTicker());
    }

    @Bean
    MaintenanceFilter maintenanceFilter(ServerHealth health) {
        return new MaintenanceFilter(health);
    }
}
