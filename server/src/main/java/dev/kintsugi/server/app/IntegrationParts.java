package dev.kintsugi.server.app;

import dev.kintsugi.healing.time.TimeAndChance;
import dev.kintsugi.server.healing.ServerHealth;
import dev.kintsugi.server.integration.Edges;
import dev.kintsugi.server.integration.PoolLimits;
import dev.kintsugi.server.integration.TwoLevelCache;
import dev.kintsugi.server.platform.StartFailure;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What integrations with other systems share. Nothing is connected before it is used. */
@Configuration(proxyBeanMethods = false)
class IntegrationParts {

    @Bean(destroyMethod = "close")
    Edges edges(
            @Value("${kintsugi.integration.pool.github}") String github,
            @Value("${kintsugi.integration.pool.linear}") String linear,
            @Value("${kintsugi.integration.pool.slack}") String slack,
            @Value("${kintsugi.integration.pool-wait}") Duration patience,
            ServerHealth health) {
        var limits = new TreeMap<String, PoolLimits>();
        limits.put("github", limits("KINTSUGI_GITHUB_POOL", github, patience));
        limits.put("linear", limits("KINTSUGI_LINEAR_POOL", linear, patience));
        limits.put("slack", limits("KINTSUGI_SLACK_POOL", slack, patience));
        return new Edges(limits, health::recovery, TimeAndChance.real().pause());
    }

    private static PoolLimits limits(String variable, String range, Duration patience) {
        try {
            return PoolLimits.parse(range, patience);
        } catch (IllegalArgumentException e) {
            throw new StartFailure(variable + ": " + e.getMessage() + ".", e);
        }
    }

    @Bean(destroyMethod = "close")
    TwoLevelCache integrationCache(
            @Value("${kintsugi.integration.redis-url}") String redis,
            ServerHealth health,
            MeterRegistry meters) {
        try {
            return TwoLevelCache.of(redis, health::recovery, meters);
        } catch (IllegalArgumentException e) {
            // The address may hold a password, and the cause may show the address.
            throw new StartFailure("KINTSUGI_REDIS_URL must be such as redis://host:6379/0.");
        }
    }
}
