package dev.kintsugi.server.run;

import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerState;
import java.time.Instant;

/** Keeps the breakers of the run level. Called inside a transaction of the system. */
interface BreakerRows {
    /**
     * The breaker's state, locked until the transaction ends; a closed one when there is none yet.
     */
    BreakerState lock(String tenant, FailureClass failureClass, Instant now);

    void save(
            String tenant,
            FailureClass failureClass,
            BreakerState state,
            BreakerConfig config,
            Instant now);
}
