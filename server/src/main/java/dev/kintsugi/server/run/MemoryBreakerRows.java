package dev.kintsugi.server.run;

import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerState;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.platform.memory.MemoryTransactions.Cell;
import java.time.Instant;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/** Breakers in memory, for simulations. */
final class MemoryBreakerRows implements BreakerRows {
    private final Cell<PSortedMap<String, BreakerState>> states;

    MemoryBreakerRows(MemoryTransactions transactions) {
        states = transactions.cell(TreePMap.empty());
    }

    @Override
    public BreakerState lock(String tenant, FailureClass failureClass, Instant now) {
        return states.get().getOrDefault(tenant + "/" + failureClass, BreakerState.closed());
    }

    @Override
    public void save(
            String tenant,
            FailureClass failureClass,
            BreakerState state,
            BreakerConfig config,
            Instant now) {
        states.set(states.get().plus(tenant + "/" + failureClass, state));
    }
}
