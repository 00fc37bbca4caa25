package dev.kintsugi.client.api;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A setting as it holds, and who set it.
 *
 * @param value what holds; null for no limit
 * @param source whose value that is
 * @param cap whether an inner level can only lower what an outer one allows
 * @param min smallest value
 * @param max largest value
 * @param platform what the platform sets; null for no limit
 * @param tenant what the tenant set; null when it has not
 * @param run what the run's plan says; null when it does not, or no run was asked about
 */
public record SettingView(
        String name,
        @Nullable BigDecimal value,
        SettingSource source,
        boolean cap,
        BigDecimal min,
        BigDecimal max,
        @Nullable BigDecimal platform,
        @Nullable BigDecimal tenant,
        @Nullable BigDecimal run,
        String meaning) {}
