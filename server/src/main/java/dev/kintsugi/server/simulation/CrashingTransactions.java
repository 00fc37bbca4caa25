package dev.kintsugi.server.simulation;

import dev.kintsugi.server.platform.Transactions;
import java.util.function.Supplier;

/** Transactions of which some end before their commit, leaving nothing behind. */
final class CrashingTransactions implements Transactions {
    private final Transactions inner;
    private final Faults faults;
    private final Invariants invariants;
    private int depth;

    CrashingTransactions(Transactions inner, Faults faults, Invariants invariants) {
        this.inner = inner;
        this.faults = faults;
        this.invariants = invariants;
    }

    @Override
    public <T> T asTenant(String tenant, Supplier<T> work) {
        return inner.asTenant(tenant, crashing(work));
    }

    @Override
    public <T> T asSystem(Supplier<T> work) {
        return inner.asSystem(crashing(work));
    }

    private <T> Supplier<T> crashing(Supplier<T> work) {
        return () -> {
            depth++;
            try {
                var result = work.get();
                if (depth == 1 && faults.strikes(faults.crashedTransaction())) {
                    invariants.reached(Reached.CRASHED_TRANSACTION);
                    throw new Faults.Struck("the transaction ended before its commit");
                }
                return result;
            } finally {
                depth--;
            }
        };
    }

    @Override
    public void afterCommit(Runnable action) {
        inner.afterCommit(action);
    }
}
