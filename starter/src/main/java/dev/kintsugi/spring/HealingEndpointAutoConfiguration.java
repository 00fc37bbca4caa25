package dev.kintsugi.spring;

import dev.kintsugi.healing.detect.DeadLetters;
import dev.kintsugi.healing.engine.RecoveryEngine;
import dev.kintsugi.healing.health.HealthMonitor;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Offers the endpoint {@code healing}, where Actuator is there and exposes it. */
@AutoConfiguration(after = HealingAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(HealingEndpoint.class)
public final class HealingEndpointAutoConfiguration {

    @Bean
    static RecentRecoveries kintsugiRecentRecoveries() {
        return new RecentRecoveries();
    }

    @Bean
    @ConditionalOnMissingBean
    static HealingEndpoint kintsugiHealingEndpoint(
            Recoveries recoveries,
            RecoveryEngine engine,
            HealthMonitor health,
            RecentRecoveries recent,
            DeadLetters deadLetters) {
        return new HealingEndpoint(recoveries, engine, health, recent, deadLetters);
    }
}
