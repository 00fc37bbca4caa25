package dev.kintsugi.healing.health;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how components are monitored.
 *
 * @param active whether rounds of checks go on
 * @param interval between two rounds
 * @param components how many are registered
 * @param rounds how many rounds were done
 * @param lastRoundAt when the last one ended; null before the first
 */
public record MonitoringStatus(
        boolean active,
        Duration interval,
        int components,
        long rounds,
        @Nullable Instant lastRoundAt) {}
