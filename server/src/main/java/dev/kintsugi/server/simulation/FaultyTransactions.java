package dev.kintsugi.server.simulation;

import dev.kintsugi.server.platform.Transactions;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One process's transactions on a database that is slow at times: while it waits for its
 * transaction to begin, or to hear that it is committed, the rest of the world goes on. Some end
 * before their commit and leave nothing behind; what follows a commit may come late.
 */
final class FaultyTransactions implements Transactions {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(4);
    private static final Duration LONGEST_COMMIT = Duration.ofSeconds(8);

    private final Transactions inner;
    private final Faults faults;
    private final SimulatedTime time;
    private final Invariants invariants;
    private final BooleanSupplier alive;
    private boolean inside;

    /**
     * @param alive whether the process that they belong to still lives
     */
    FaultyTransactions(
            Transactions inner,
            Faults faults,
            SimulatedTime time,
            Invariants invariants,
            BooleanSupplier alive) {
        this.inner = inner;
        this.faults = faults;
        this.time = time;
        this.invariants = invariants;
        this.alive = alive;
    }

    @Override
    public <T> T asTenant(String tenant, Supplier<T> work) {
        return transact(work, faulty -> inner.asTenant(tenant, faulty));
    }

    @Override
    public <T> T asSystem(Supplier<T> work) {
        return transact(work, inner::asSystem);
    }

    private interface Identity<T> {
        T run(Supplier<T> work);
    }

    private <T> T transact(Supplier<T> work, Identity<T> identity) {
        if (inside) {
            return work.get();
        }
        pause();
        var result = identity.run(() -> faulty(work));
        if (faults.diskIsSlow(time.elapsed())) {
            invariants.reached(Reached.SLOW_DISK);
            invariants.heldUp();
            time.pass(faults.upTo(LONGEST_COMMIT));
        }
        pause();
        return result;
    }

    private <T> T faulty(Supplier<T> work) {
        inside = true;
        try {
            var result = work.get();
            if (faults.strikes(faults.crashedTransaction())) {
                invariants.reached(Reached.CRASHED_TRANSACTION);
                throw new Faults.Struck("the transaction ended before its commit");
            }
            return result;
        } finally {
            inside = false;
        }
    }

    /** The process may be killed meanwhile: then nobody is there to go on. */
    private void pause() {
        if (faults.strikes(faults.slow())) {
            invariants.reached(Reached.SLOW_STORE);
            time.pass(faults.upTo(LONGEST_WAIT));
        }
        if (!alive.getAsBoolean()) {
            throw new Faults.Struck("the server was killed");
        }
    }

    @Override
    public void afterCommit(Runnable action) {
        inner.afterCommit(() -> {
            if (!faults.strikes(faults.slow())) {
                action.run();
                return;
            }
            time.after(
                    faults.upTo(LONGEST_WAIT),
                    () -> {
                        if (alive.getAsBoolean()) {
                            action.run();
                        }
                    });
        });
    }

    @Override
    public void afterFailure(Runnable action) {
        inner.afterFailure(action);
    }
}
