package dev.kintsugi.server.integration;

import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.time.Pause;
import java.net.URI;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The ways to all platforms that are in use, one for each address: what is meant for one is never
 * sent to another, and one that is dead keeps nobody from the others. Connections are opened when
 * an address is first asked for, not before: who uses none has none. Safe for many threads.
 */
public final class Edges implements AutoCloseable {
    /** Addresses of one platform, such as the GitHub Enterprise of each tenant. */
    public static final int MOST_ADDRESSES = 100;

    private final SortedMap<String, PoolLimits> limits;
    private final Function<String, Recovery> recoveries;
    private final Pause pause;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Map<Address, Edge>> open = new TreeMap<>(); // under the lock

    /**
     * @param limits of each platform there is, and there for each of its addresses
     * @param recoveries makes an address's recovery, without any policy yet
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
     * The way to a platform at an address, the same one for every call.
     *
     * @param address where it is, http or https; a path in it comes before those of requests
     * @throws IllegalArgumentException when there are no limits for such a platform, or the address
     *     is none
     * @throws IllegalStateException when the platform has {@link #MOST_ADDRESSES} others
     */
    public Edge to(String platform, URI address) {
        PoolLimits its = limits.get(platform);
        if (its == null) {
            throw new IllegalArgumentException(
                    "platform must be one of %s, was %s".formatted(limits.keySet(), platform));
        }
        var where = Address.of(address);
        lock.lock();
        try {
            var edges = open.computeIfAbsent(platform, _ -> new HashMap<>());
            if (!edges.containsKey(where) && edges.size() >= MOST_ADDRESSES) {
                throw new IllegalStateException(
                        "%s has %d addresses already".formatted(platform, MOST_ADDRESSES));
            }
            return edges.computeIfAbsent(
                    where,
                    _ -> {
                        Recovery bare = recoveries.apply(platform + " " + where);
                        return new Edge(platform, where, its, bare, pause);
                    });
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            open.values().forEach(edges -> edges.values().forEach(Edge::close));
            open.clear();
        } finally {
            lock.unlock();
        }
    }
}
