package dev.kintsugi.client.healing;

/**
 * How a component's circuit breaker behaves.
 *
 * @param failureThreshold consecutive failures that open it, 1 to 1,000
 * @param successThreshold successes that close it again, 1 to 1,000
 * @param timeoutSeconds how long it stays open, 0.001 to 86,400
 * @param halfOpenMaxCalls probes in flight at a time, 1 to 100
 */
public record BreakerSettings(
        int failureThreshold, int successThreshold, double timeoutSeconds, int halfOpenMaxCalls) {}
