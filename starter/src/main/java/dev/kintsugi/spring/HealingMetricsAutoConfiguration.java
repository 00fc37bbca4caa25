package dev.kintsugi.spring;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Tells Micrometer what happens to components and their calls, where it is there. */
@AutoConfiguration(
        after = HealingAutoConfiguration.class,
        afterName =
                "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public final class HealingMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    static HealingMetrics kintsugiMetrics(MeterRegistry registry) {
        return new HealingMetrics(registry);
    }

    /** Components have their meters before their first call, so that alerts can name them. */
    @Bean
    static SmartInitializingSingleton kintsugiMetersOfComponents(
            HealingMetrics metrics, Recoveries recoveries) {
        return () -> recoveries.all().forEach(metrics::show);
    }
}
