package dev.kintsugi.spring;

import dev.kintsugi.healing.health.HealthMonitor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Makes components' health part of the application's, where Spring Boot's health is there. */
@AutoConfiguration(after = HealingAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnEnabledHealthIndicator("healing")
public final class HealingHealthAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "healingHealthIndicator")
    static HealingHealthIndicator healingHealthIndicator(HealthMonitor monitor) {
        return new HealingHealthIndicator(monitor);
    }
}
