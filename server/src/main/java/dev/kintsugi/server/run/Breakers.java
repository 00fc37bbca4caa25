package dev.kintsugi.server.run;

import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import java.time.Instant;

/**
 * The run level's circuit breakers, one per tenant and failure class. Called inside a transaction
 * of the system.
 */
public interface Breakers {
    /** Whether a retry after a failure of this class may go through now. */
    boolean permits(String tenant, FailureClass failureClass, Instant now);

    /** A step of this class ended. */
    void record(String tenant, FailureClass failureClass, boolean success, Instant now);

    /** Breakers in memory, for simulations. */
    static Breakers inMemory(MemoryTransactions transactions) {
        return new RunBreakers(new MemoryBreakerRows(transactions), _ -> BreakerConfig.ofRuns());
    }
}
