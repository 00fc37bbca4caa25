package dev.kintsugi.client.plan;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a run may spend. A null part was not given in the plan: the server's setting holds (for
 * time, the limit of the plan's SLA class).
 *
 * @param time working time, waiting for people not counted
 * @param costNanoUsd money in billionths of a US dollar
 * @param attempts repair attempts over the whole run, 0 to 1,000
 */
public record Budget(
        @Nullable Duration time, @Nullable Long costNanoUsd, @Nullable Integer attempts) {}
