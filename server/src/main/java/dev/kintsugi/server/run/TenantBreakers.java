package dev.kintsugi.server.run;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.server.tenant.Setting;
import dev.kintsugi.server.tenant.Settings;
import java.time.Duration;
import java.util.function.Function;

/**
 * How each tenant's breakers of the run level are set. Threshold and cooldown are no safety caps: a
 * breaker stops nothing but the tenant's own retries, so a tenant may set them either way.
 */
final class TenantBreakers implements Function<String, BreakerConfig> {
    private final Settings settings;

    TenantBreakers(Settings settings) {
        this.settings = settings;
    }

    @Override
    public BreakerConfig apply(String tenant) {
        var limits = settings.of(tenant);
        return BreakerConfig.ofRuns()
                .withFailureThreshold(limits.whole(Setting.CIRCUIT_BREAKER_THRESHOLD))
                .withTimeout(
                        Duration.ofMinutes(limits.whole(Setting.CIRCUIT_BREAKER_COOLDOWN_MINUTES)));
    }
}
