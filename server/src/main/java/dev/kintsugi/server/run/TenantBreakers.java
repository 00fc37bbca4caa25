package dev.kintsugi.server.run;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.server.tenant.Settings;
import java.time.Duration;
import java.util.function.Function;

/**
 * How each tenant's breakers of the run level are set. Threshold and cooldown are no safety caps: a
 * breaker stops nothing but the tenant's own retries, so a tenant may set them either way.
 */
final class TenantBreakers implements Function<String, BreakerConfig> {
    /** Failures of one class that open its breaker. */
    static final Settings.Whole THRESHOLD =
            new Settings.Whole("circuit_breaker_threshold", 1, 1_000);

    /** Minutes until an open breaker lets a probe through, at most a day. */
    static final Settings.Whole COOLDOWN_MINUTES =
            new Settings.Whole("circuit_breaker_cooldown_minutes", 0, 1_440);

    private final Settings settings;
    private final BreakerConfig platform;

    /**
     * @param platform what holds where a tenant has set nothing
     */
    TenantBreakers(Settings settings, BreakerConfig platform) {
        this.settings = settings;
        this.platform = platform;
    }

    @Override
    public BreakerConfig apply(String tenant) {
        var threshold = settings.whole(tenant, THRESHOLD).orElse(platform.failureThreshold());
        var cooldown = settings.whole(tenant, COOLDOWN_MINUTES);
        return platform.withFailureThreshold(threshold)
                .withTimeout(
                        cooldown.isEmpty()
                                ? platform.timeout()
                                : Duration.ofMinutes(cooldown.getAsInt()));
    }
}
