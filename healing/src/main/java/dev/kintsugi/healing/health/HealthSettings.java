package dev.kintsugi.healing.health;

import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;

/** What a monitor was told before it began; checked by {@link HealthMonitor.Builder}. */
record HealthSettings(
        TimeAndChance time,
        HealingListener listener,
        HealthStatus alertThreshold,
        Duration checkInterval,
        Duration checkTimeout,
        Duration window,
        int maxComponents) {

    /** Half a check interval, so that every round of monitoring is a check. */
    Spacing spacing() {
        return new Spacing(time.ticker(), checkInterval.toNanos() / 2);
    }
}
