package dev.kintsugi.spring;

import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.healing.call.CircuitBreaker;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A breaker.
 *
 * @param openedAt null when it is closed
 */
record BreakerReport(String state, boolean isolated, int failureCount, @Nullable Instant openedAt) {

    static BreakerReport of(CircuitBreaker breaker) {
        BreakerState state = breaker.state();
        return new BreakerReport(
                state.phase().key(), state.isolated(), state.failureCount(), state.openedAt());
    }
}
