package dev.kintsugi.server.queue;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes those in this process who wait for work. */
final class Wakeups {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private long count;

    /**
     * Where the count stands: take it before looking for work, so that nothing is missed in
     * between.
     */
    long count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            count++;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until something came after {@code seen}, at most so long.
     *
     * @return false when interrupted: the caller should stop waiting
     */
    boolean await(long seen, Duration atMost) {
        lock.lock();
        try {
            var nanos = atMost.toNanos();
            while (count == seen && nanos > 0) {
                nanos = arrived.awaitNanos(nanos);
            }
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
