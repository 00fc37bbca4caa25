package dev.kintsugi.server.platform;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the environment variables {@code FEATURE_META_V4_*} and {@code META_V4_*} set for the whole
 * platform; tenants and runs may go below, never above, its caps. Defaults are in {@code
 * application.yaml}.
 *
 * @param enabled whether runs use the ladder v4 (four phases); otherwise v3 (retry alone)
 * @param canaryPercent share of runs that use v4 although it is not enabled, 0 to 100
 * @param maxRepairAttempts repair attempts for one failing step, at least 1
 * @param circuitBreakerThreshold failures of one class that stop its repairs, at least 1
 * @param circuitBreakerCooldown until a repair is tried again; whole minutes in the environment
 * @param defaultTimeBudget for runs that name none; whole seconds in the environment
 * @param defaultCostBudgetUsd in US dollars
 * @param defaultAttemptBudget repair attempts over a whole run
 * @param chaosEnabled whether faults may be injected
 * @param chaosInjectionProbability of a fault for each operation, 0 to 1
 */
@ConfigurationProperties("kintsugi.meta-v4")
public record MetaV4Settings(
        boolean enabled,
        BigDecimal canaryPercent,
        int maxRepairAttempts,
        int circuitBreakerThreshold,
        Duration circuitBreakerCooldown,
        Duration defaultTimeBudget,
        BigDecimal defaultCostBudgetUsd,
        int defaultAttemptBudget,
        boolean chaosEnabled,
        double chaosInjectionProbability) {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    public MetaV4Settings {
        if (canaryPercent.signum() > 0 && canaryPercent.compareTo(BigDecimal.ONE) < 0) {
            throw new StartFailure(
                    "FEATURE_META_V4_CANARY_PERCENT is a percentage, so %s is ambiguous: say %s for that share of runs, or 1 for one percent."
                            .formatted(
                                    canaryPercent,
                                    canaryPercent
                                            .multiply(HUNDRED)
                                            .stripTrailingZeros()
                                            .toPlainString()));
        }
        require(
                canaryPercent.signum() >= 0 && canaryPercent.compareTo(HUNDRED) <= 0,
                "FEATURE_META_V4_CANARY_PERCENT",
                "[0, 100]",
                canaryPercent);
        require(maxRepairAttempts >= 1, "META_V4_MAX_REPAIR_ATTEMPTS", "[1, …]", maxRepairAttempts);
        require(
                circuitBreakerThreshold >= 1,
                "META_V4_CIRCUIT_BREAKER_THRESHOLD",
                "[1, …]",
                circuitBreakerThreshold);
        require(
                !circuitBreakerCooldown.isNegative(),
                "META_V4_CIRCUIT_BREAKER_COOLDOWN_MINUTES",
                "[0, …]",
                circuitBreakerCooldown.toMinutes());
        require(
                defaultTimeBudget.isPositive(),
                "META_V4_DEFAULT_TIME_BUDGET_SECONDS",
                "[1, …]",
                defaultTimeBudget.toSeconds());
        require(
                defaultCostBudgetUsd.signum() >= 0,
                "META_V4_DEFAULT_COST_BUDGET_USD",
                "[0, …]",
                defaultCostBudgetUsd);
        require(
                defaultAttemptBudget >= 1,
                "META_V4_DEFAULT_ATTEMPT_BUDGET",
                "[1, …]",
                defaultAttemptBudget);
        require(
                chaosInjectionProbability >= 0 && chaosInjectionProbability <= 1,
                "META_V4_CHAOS_INJECTION_PROBABILITY",
                "[0, 1]",
                chaosInjectionProbability);
    }

    /**
     * Whether this run may use the ladder v4: every run where it is enabled, else the canary's
     * share. The same run is always on the same side.
     */
    public boolean allowsV4(String run) {
        return enabled || share(run) < canaryPercent.doubleValue();
    }

    /** Where a run falls in [0, 100), spread evenly. */
    private static double share(String run) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(("canary\n" + run).getBytes(StandardCharsets.UTF_8));
            return Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt()) * 100.0 / (1L << 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static void require(boolean holds, String variable, String range, Object value) {
        if (!holds) {
            throw new StartFailure("%s must be in %s, was %s.".formatted(variable, range, value));
        }
    }
}
