package dev.kintsugi.server.waiting;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.WaitBegun;
import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.healing.Failure;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs as they are said to stand, and what they are told. */
final class Told implements WaitingRuns {
    final AtomicInteger looks = new AtomicInteger();
    final SortedMap<String, Standing> standing = new TreeMap<>();
    final SortedMap<String, String> keys = new TreeMap<>();
    final List<String> granted = new CopyOnWriteArrayList<>();
    final List<WaitBegun> begun = new CopyOnWriteArrayList<>();
    final SortedMap<String, Failure> refused = new TreeMap<>();

    String refusal(String run) {
        return Objects.requireNonNull(refused.get(run)).message();
    }

    @Override
    public SortedMap<String, Standing> find(String tenant, Set<String> ids) {
        looks.incrementAndGet();
        var found = new TreeMap<>(standing);
        found.keySet().retainAll(ids);
        return found;
    }

    @Override
    public SortedMap<String, String> byKey(String tenant, Set<String> wanted) {
        var found = new TreeMap<>(keys);
        found.keySet().retainAll(wanted);
        return found;
    }

    @Override
    public void tell(String tenant, String run, RunEvent event) {
        switch (event) {
            case WaitEnded ended when ended.failure() == null -> granted.add(run);
            case WaitEnded ended -> refused.put(run, Objects.requireNonNull(ended.failure()));
            case WaitBegun wait -> begun.add(wait);
            default -> throw new AssertionError(event);
        }
    }
}
