package dev.kintsugi.client.api;

import dev.kintsugi.client.plan.Step.QueueClass;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A worker in a process of its own, as people see it.
 *
 * @param slots how many tasks of each class it does at once
 * @param agents agents it offers
 * @param labels what else it said of itself
 * @param holding how many tasks it has now
 * @param alive whether it was heard of within two lease lengths
 */
public record WorkerView(
        String worker,
        SortedMap<QueueClass, Integer> slots,
        SortedSet<String> agents,
        SortedMap<String, String> labels,
        int capacity,
        int holding,
        boolean alive,
        Instant firstSeen,
        Instant lastSeen) {
    public WorkerView {
        slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
        agents = Collections.unmodifiableSortedSet(new TreeSet<>(agents));
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }
}
