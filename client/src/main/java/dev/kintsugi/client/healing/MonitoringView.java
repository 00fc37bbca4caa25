package dev.kintsugi.client.healing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a tenant's components are checked again and again.
 *
 * @param active whether they are
 * @param components how many there are
 * @param rounds how many rounds of checks were done
 * @param lastRoundAt null before the first
 */
public record MonitoringView(
        boolean active,
        double checkIntervalSeconds,
        int components,
        long rounds,
        @Nullable Instant lastRoundAt) {}
