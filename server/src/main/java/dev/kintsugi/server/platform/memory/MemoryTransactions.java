package dev.kintsugi.server.platform.memory;

import dev.kintsugi.server.platform.Transactions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Transactions over {@link Cell}s: one at a time, so serializable. Work that throws is undone cell
 * by cell. It does not keep tenants apart; stores on it must ask for a tenant's rows by tenant.
 */
public final class MemoryTransactions implements Transactions {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final List<Runnable> afterCommit = new ArrayList<>();
    private final List<Runnable> afterFailure = new ArrayList<>();

    /**
     * A value that belongs to the database: what a transaction sets is undone when it fails. Values
     * are immutable.
     */
    public final class Cell<T> {
        private T value;

        private Cell(T value) {
            this.value = value;
        }

        public T get() {
            return value;
        }

        public void set(T next) {
            if (lock.isHeldByCurrentThread()) {
                var before = value;
                undo.push(() -> value = before);
            } else {
                throw new IllegalStateException("a cell changes only inside a transaction");
            }
            value = next;
        }
    }

    public <T> Cell<T> cell(T initial) {
        return new Cell<>(initial);
    }

    @Override
    public <T> T asTenant(String tenant, Supplier<T> work) {
        return transact(work);
    }

    @Override
    public <T> T asSystem(Supplier<T> work) {
        return transact(work);
    }

    private <T> T transact(Supplier<T> work) {
        if (lock.isHeldByCurrentThread()) {
            return work.get();
        }
        T result;
        List<Runnable> after;
        lock.lock();
        try {
            result = work.get();
            after = List.copyOf(afterCommit);
        } catch (RuntimeException | Error e) {
            undo.forEach(Runnable::run);
            afterFailure.forEach(Runnable::run);
            throw e;
        } finally {
            undo.clear();
            afterFailure.clear();
            afterCommit.clear();
            lock.unlock();
        }
        after.forEach(Runnable::run);
        return result;
    }

    @Override
    public void afterCommit(Runnable action) {
        if (lock.isHeldByCurrentThread()) {
            afterCommit.add(action);
        } else {
            action.run();
        }
    }

    @Override
    public void afterFailure(Runnable action) {
        if (lock.isHeldByCurrentThread()) {
            afterFailure.add(action);
        }
    }
}
