package dev.kintsugi.server.integration;

import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.time.Pause;
import java.net.URI;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The ways to all platforms that are in use. A platform's connections are opened when it is first
 * asked for, not before: who uses none has none. Safe for many threads.
 */
public final class Edges implements AutoCloseable {
    private final SortedMap<String, PoolLimits> limits;
    private final Function<String, Recovery> recoveries;
    private final Pause pause;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<String, Edge> open = new TreeMap<>(); // under the lock

    /**
     * @param limits of each platform there is
     * @param recoveries makes a platform's recovery, without any policy yet
     * @param pause how what looks after connections waits
     */
    public Edges(
            SortedMap<String, PoolLimits> limits,
            Function<String, Recovery> recoveries,
            Pause pause) {
        this.limits = Collections.unmodifiableSortedMap(new TreeMap<>(limits));
        this.recoveries = recoveries;
        this.pause = pause;
    }

    /**
     * The way to a platform, the same one for every call.
     *
     * @param address where it is; of the first call
     * @throws IllegalArgumentException when there are no limits for such a platform
     */
    public Edge to(String platform, URI address) {
        PoolLimits its = limits.get(platform);
        if (its == null) {
            throw new IllegalArgumentException(
                    "platform must be one of %s, was %s".formatted(limits.keySet(), platform));
        }
        lock.lock();
        try {
            return open.computeIfAbsent(
                    platform, name -> new Edge(name, address, its, recoveries.apply(name), pause));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            open.values().forEach(Edge::close);
            open.clear();
        } finally {
            lock.unlock();
        }
    }
}
