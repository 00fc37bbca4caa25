package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Wakes those in this process who wait for work of a class. */
final class Wakeups {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Map<QueueClass, Long> counts = new EnumMap<>(QueueClass.class);

    /**
     * How much arrived in these classes: take it before looking for work, so that nothing is missed
     * in between.
     */
    long count(Collection<QueueClass> classes) {
        lock.lock();
        try {
            return sum(classes);
        } finally {
            lock.unlock();
        }
    }

    private long sum(Collection<QueueClass> classes) {
        return classes.stream().mapToLong(queue -> counts.getOrDefault(queue, 0L)).sum();
    }

    void wake(Collection<QueueClass> classes) {
        lock.lock();
        try {
            classes.forEach(queue -> counts.merge(queue, 1L, Long::sum));
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Has everybody who waits look whether what they wait for has come. */
    void stir() {
        lock.lock();
        try {
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until something came into these classes after {@code seen}, or it is enough, at most so
     * long.
     *
     * @param enough asked after each {@link #stir}
     * @return how long there is left to wait; negative when interrupted: the caller should stop
     */
    Duration await(
            Collection<QueueClass> classes, long seen, Duration atMost, BooleanSupplier enough) {
        lock.lock();
        try {
            var nanos = atMost.toNanos();
            while (sum(classes) == seen && !enough.getAsBoolean() && nanos > 0) {
                nanos = arrived.awaitNanos(nanos);
            }
            return Duration.of(Math.max(nanos, 0), TimeUnit.NANOSECONDS.toChronoUnit());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Duration.ofNanos(-1);
        } finally {
            lock.unlock();
        }
    }
}
