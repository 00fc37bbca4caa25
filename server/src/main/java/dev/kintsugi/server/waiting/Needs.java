package dev.kintsugi.server.waiting;

import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.NeededRun;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The runs that several steps of a tenant need, looked up at once. */
final class Needs {
    private final SortedMap<String, String> byKey;
    private final SortedMap<String, WaitingRuns.Standing> standing;

    Needs(WaitingRuns runs, String tenant, Collection<Asked> all) {
        var ids = new TreeSet<String>();
        var keys = new TreeSet<String>();
        for (var asked : all) {
            for (var one : asked.waits().runs()) {
                if (one.key() == null) {
                    ids.add(Objects.requireNonNull(one.run()));
                } else {
                    keys.add(one.key());
                }
            }
        }
        byKey = keys.isEmpty() ? new TreeMap<>() : runs.byKey(tenant, keys);
        ids.addAll(byKey.values());
        standing = ids.isEmpty() ? new TreeMap<>() : runs.find(tenant, ids);
    }

    /** What those of the waits need that wait for runs. */
    static Needs of(WaitingRuns runs, String tenant, Collection<Wait> all) {
        var waiting = all.stream().filter(wait -> wait.state() == Wait.State.FOR_RUNS);
        return new Needs(runs, tenant, waiting.map(Wait::asked).toList());
    }

    /**
     * Where a step's needs stand.
     *
     * @param on runs that have not ended, and keys that none was submitted under yet
     * @param failure why they will never all succeed; null while they may
     */
    record Open(List<Obstacle> on, @Nullable Failure failure) {}

    /**
     * @param asked one of those that were looked up
     */
    Open look(Asked asked) {
        var going = new ArrayList<String>();
        for (var one : asked.waits().runs()) {
            var run = run(one);
            var its = run == null ? null : standing.get(run);
            if (its == null && one.key() == null) {
                return failed("there is no run %s, which it needs".formatted(one.run()));
            } else if (its != null
                    && its.status().isFinal()
                    && its.status() != RunStatus.SUCCEEDED) {
                var end = its.status().name().toLowerCase(Locale.ROOT).replace('_', ' ');
                return failed("run %s, which it needs, has ended %s".formatted(run, end));
            } else if (its == null || its.status() != RunStatus.SUCCEEDED) {
                going.add(run == null ? "with key " + one.key() : run);
            }
        }
        return new Open(going.isEmpty() ? List.of() : List.of(new Obstacle(null, going)), null);
    }

    private static Open failed(String why) {
        return new Open(List.of(), WaitFailure.neededRun(why));
    }

    /** Whether one of these is needed. */
    boolean anyOf(Set<String> runs) {
        return standing.keySet().stream().anyMatch(runs::contains);
    }

    /** Its id; null when there is none yet. */
    @Nullable String run(NeededRun needed) {
        return needed.key() == null ? needed.run() : byKey.get(needed.key());
    }

    /** In words. */
    static String told(List<Obstacle> on) {
        return on.isEmpty()
                ? "its turn"
                : on.stream()
                        .map(one -> {
                            var ids = String.join(", ", one.runs());
                            return one.lock() == null
                                    ? "run " + ids
                                    : "lock %s, which run %s has or gets first"
                                            .formatted(one.lock(), ids);
                        })
                        .collect(Collectors.joining(" and "));
    }
}
