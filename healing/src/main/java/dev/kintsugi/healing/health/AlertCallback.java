package dev.kintsugi.healing.health;

/**
 * Is told when a component's status changed, where the status before or after is at least as bad as
 * the monitor's alert threshold: when it gets ill, gets worse, and gets well. And, whatever its
 * status, when less than 90% of more than 100 recoveries of its calls succeeded, as an issue says.
 *
 * <p>Runs on a virtual thread of its own, one alert at a time and in order. One that throws is
 * logged, one that hangs keeps only itself: after {@value AlertLane#WAITING} alerts that wait for
 * it more are dropped.
 */
@FunctionalInterface
public interface AlertCallback {

    void onAlert(HealthCheckResult result);
}
