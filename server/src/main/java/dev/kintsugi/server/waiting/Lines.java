package dev.kintsugi.server.waiting;

import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.server.waiting.Wait.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The lines before a tenant's locks while nobody else changes them. A step gets all its locks at
 * once, when it is first in each of their lines and there is room: nobody overtakes, so nobody
 * starves, and what waits holds nothing of what it waits for.
 */
final class Lines {
    /** Most runs that one obstacle names. */
    private static final int MOST_NAMED = 5;

    private final WaitStore store;
    private final String tenant;
    private final Map<String, List<Wait>> read = new HashMap<>();

    Lines(WaitStore store, String tenant) {
        this.store = store;
        this.tenant = tenant;
    }

    /**
     * @param all steps of the tenant that hold or wait
     */
    Lines(WaitStore store, String tenant, List<Wait> all) {
        this(store, tenant);
        all.stream()
                .filter(wait -> wait.state() != State.FOR_RUNS)
                .sorted(Comparator.comparing(Wait::holds).reversed().thenComparing(Wait.IN_ORDER))
                .forEach(wait ->
                        wait.names()
                                .forEach(name ->
                                        read.computeIfAbsent(name, _ -> new ArrayList<>())
                                                .add(wait)));
    }

    /** Gives out what can be of these locks, and of others where that lets somebody move up. */
    List<Wait> grant(SortedSet<String> locks, Instant now) {
        var granted = new ArrayList<Wait>();
        var moving = new TreeSet<>(locks);
        while (!moving.isEmpty()) {
            var first = first(moving.removeFirst());
            if (first != null && fits(first)) {
                var held = first.moved(State.HELD, first.rank(), now);
                store.move(held);
                granted.add(held);
                first.names().forEach(read::remove);
                moving.addAll(first.names());
            }
        }
        return granted;
    }

    private List<Wait> line(String lock) {
        return read.computeIfAbsent(lock, name -> store.line(tenant, name));
    }

    private @Nullable Wait first(String lock) {
        return line(lock).stream().filter(wait -> !wait.holds()).findFirst().orElse(null);
    }

    private boolean fits(Wait wait) {
        return wait.locks().stream()
                .allMatch(lock ->
                        wait.equals(first(lock.name()))
                                && hasRoom(wait, line(lock.name()), lock.name()));
    }

    /** Where plans differ, the smallest limit counts. */
    private static boolean hasRoom(Wait wait, List<Wait> line, String name) {
        var limit = wait.lock(name).limit();
        var taken = wait.lock(name).permits();
        for (var other : line) {
            if (other.holds()) {
                limit = Math.min(limit, other.lock(name).limit());
                taken += other.lock(name).permits();
            }
        }
        return taken <= limit;
    }

    /** What the step in line waits for: who holds too much, or who is before it. */
    List<Obstacle> obstacles(Wait wait) {
        var found = new ArrayList<Obstacle>();
        for (var name : wait.names()) {
            var first = first(name);
            var before =
                    !hasRoom(wait, line(name), name)
                            ? line(name).stream().filter(Wait::holds).toList()
                            : first == null || first.ticket() == wait.ticket()
                                    ? List.<Wait>of()
                                    : List.of(first);
            if (!before.isEmpty()) {
                var runs = before.stream().map(Wait::run).distinct().limit(MOST_NAMED).toList();
                found.add(new Obstacle(name, runs));
            }
        }
        return found;
    }

    /** Since when the lock is as it is; null when nobody holds it. */
    @Nullable Instant heldSince(String lock) {
        return line(lock).stream()
                .filter(Wait::holds)
                .map(Wait::since)
                .max(Instant::compareTo)
                .orElse(null);
    }
}
