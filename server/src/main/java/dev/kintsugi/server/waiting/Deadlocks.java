package dev.kintsugi.server.waiting;

import dev.kintsugi.server.waiting.Wait.State;
import dev.kintsugi.server.waiting.WaitingRuns.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds steps that wait for each other for ever. The wait-for graph of locks of several permits
 * cannot be judged by its cycles alone, so it is reduced (Holt 1972, "Some Deadlock Properties of
 * Computer Systems", ACM Computing Surveys 4:3): whoever can get all they wait for from what those
 * give back who can end, can end too. Who is left is deadlocked. Of a cycle among them the one with
 * the lowest priority, then the youngest, is given up (DESIGN ruling 10); then what is left is
 * judged again.
 */
final class Deadlocks {
    private static final Comparator<Wait> LEAST_LOSS =
            Comparator.<Wait, Integer>comparing(wait -> wait.asked().priority().ordinal())
                    .thenComparing(wait -> wait.asked().bornAt())
                    .thenComparing(Wait::run)
                    .thenComparing(Wait::ticket);

    private final Needs needed;
    private final Map<String, Standing> standing;
    private final Map<String, List<Wait>> waitsOf = new HashMap<>();
    private final Map<String, List<Wait>> lines = new HashMap<>();
    private final List<Wait> waiting;
    private final Set<Wait> free = new HashSet<>();

    /**
     * A run that is given up.
     *
     * @param cycle in words
     */
    record Victim(String run, String cycle) {}

    private Deadlocks(List<Wait> all, Needs needed, Map<String, Standing> standing) {
        this.needed = needed;
        this.standing = standing;
        waiting = all.stream().filter(wait -> !wait.holds()).sorted(Wait.IN_ORDER).toList();
        waiting.forEach(
                wait -> waitsOf.computeIfAbsent(wait.run(), _ -> new ArrayList<>()).add(wait));
        all.stream()
                .filter(wait -> wait.state() != State.FOR_RUNS)
                .sorted(Wait.IN_ORDER)
                .forEach(wait ->
                        wait.names()
                                .forEach(name ->
                                        lines.computeIfAbsent(name, _ -> new ArrayList<>())
                                                .add(wait)));
        reduce();
    }

    /** Who is to be given up, so that everybody else can end. */
    static List<Victim> find(List<Wait> all, Needs needed, Map<String, Standing> standing) {
        var victims = new ArrayList<Victim>();
        if (!possible(all, needed)) {
            return victims;
        }
        var left = new ArrayList<>(all);
        for (var judged = new Deadlocks(left, needed, standing);
                judged.stuck() != null;
                judged = new Deadlocks(left, needed, standing)) {
            var victim = judged.victim();
            victims.add(victim);
            left.removeIf(wait -> wait.run().equals(victim.run()));
        }
        return victims;
    }

    /** A line alone has no cycle: it takes a run that waits and is waited for besides. */
    private static boolean possible(List<Wait> all, Needs needed) {
        var waiting =
                all.stream()
                        .filter(wait -> !wait.holds())
                        .map(Wait::run)
                        .collect(Collectors.toSet());
        return needed.anyOf(waiting)
                || all.stream().anyMatch(wait -> wait.holds() && waiting.contains(wait.run()));
    }

    private void reduce() {
        var progress = true;
        while (progress) {
            progress = false;
            for (var wait : waiting) {
                progress |= !free.contains(wait) && obstacle(wait) == null && free.add(wait);
            }
        }
    }

    private @Nullable Wait stuck() {
        return waiting.stream().filter(wait -> !free.contains(wait)).findFirst().orElse(null);
    }

    /** The first wait of the run that cannot end; null when it can end. */
    private @Nullable Wait stuck(String run) {
        return waitsOf.getOrDefault(run, List.of()).stream()
                .filter(wait -> !free.contains(wait))
                .findFirst()
                .orElse(null);
    }

    /**
     * What keeps a wait from its end.
     *
     * @param next a wait that would have to end first
     */
    private record Edge(String words, Wait next) {}

    private @Nullable Edge obstacle(Wait wait) {
        for (var one : wait.asked().waits().runs()) {
            var run = wait.state() == State.FOR_RUNS ? needed.run(one) : null;
            var next = run == null ? null : stuck(run);
            if (next != null) {
                return new Edge("run " + run, next);
            }
        }
        for (var name : wait.names()) {
            var edge = obstacle(wait, name);
            if (edge != null) {
                return edge;
            }
        }
        return null;
    }

    /** Who is before it in line, or has permits that it needs and will not give back. */
    private @Nullable Edge obstacle(Wait wait, String name) {
        var limit = wait.lock(name).limit();
        var taken = wait.lock(name).permits();
        Edge last = null;
        for (var other : lines.getOrDefault(name, List.of())) {
            var before =
                    !other.holds()
                            && wait.state() == State.IN_LINE
                            && Wait.IN_ORDER.compare(other, wait) < 0;
            if (before && !free.contains(other)) {
                return new Edge("lock %s after run %s".formatted(name, other.run()), other);
            }
            var next = other.holds() || before ? stuckHolder(other, name) : null;
            if (next != null) {
                limit = Math.min(limit, other.lock(name).limit());
                taken += other.lock(name).permits();
                last = new Edge("lock %s of run %s".formatted(name, other.run()), next);
            }
        }
        return taken > limit ? last : null;
    }

    /**
     * What is kept comes back when the run's work is over. Any other lock comes back when its step
     * ends, which takes a run that does not stand still itself.
     */
    private @Nullable Wait stuckHolder(Wait holder, String name) {
        if (holder.isLeft()) {
            return null; // its worker stops whatever its run does
        }
        var at = standing.get(holder.run());
        var needsEnd =
                holder.lock(name).keep() || (holder.holds() && at != null && at.standsStill());
        return needsEnd ? stuck(holder.run()) : null;
    }

    private Victim victim() {
        var path = new LinkedHashSet<Wait>();
        var at = Objects.requireNonNull(stuck());
        while (path.add(at)) {
            at = Objects.requireNonNull(obstacle(at)).next();
        }
        var cycle = new ArrayList<>(path);
        cycle = new ArrayList<>(cycle.subList(cycle.indexOf(at), cycle.size()));
        var words = new ArrayList<String>();
        for (var wait : cycle) {
            words.add(
                    "step %s of run %s waits for %s"
                            .formatted(
                                    wait.asked().step(),
                                    wait.run(),
                                    Objects.requireNonNull(obstacle(wait)).words()));
        }
        var victim = cycle.stream().max(LEAST_LOSS).orElseThrow().run();
        return new Victim(
                victim,
                "%s; run %s was given up, the youngest of the lowest priority"
                        .formatted(shown(words), victim));
    }

    private static String shown(List<String> words) {
        return words.size() <= MOST_SHOWN
                ? String.join(", ", words)
                : "%s, and %d more"
                        .formatted(
                                String.join(", ", words.subList(0, MOST_SHOWN)),
                                words.size() - MOST_SHOWN);
    }

    /** Most steps of a cycle that are told. */
    private static final int MOST_SHOWN = 10;
}
