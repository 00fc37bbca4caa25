package dev.kintsugi.server.waiting;

import dev.kintsugi.client.event.RunEvent.Obstacle;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.plan.NeededRun;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.waiting.WaitChange.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The runs that a step needs. */
final class Needs {
    private final WaitingRuns runs;
    private final Asked asked;

    Needs(WaitingRuns runs, Asked asked) {
        this.runs = runs;
        this.asked = asked;
    }

    /**
     * Where its needs stand.
     *
     * @param on runs that have not ended, and keys that none was submitted under yet
     * @param failure why they will never all succeed; null while they may
     */
    record Open(List<Obstacle> on, @Nullable Failure failure) {}

    Open look() {
        var needed = asked.waits().runs();
        if (needed.isEmpty()) {
            return new Open(List.of(), null);
        }
        var ids = new All(runs, asked.tenant(), needed.stream());
        var going = new ArrayList<String>();
        for (var one : needed) {
            var run = ids.run(one);
            var standing = run == null ? null : ids.standing.get(run);
            if (standing == null && one.key() == null) {
                return failed("there is no run %s, which it needs".formatted(one.run()));
            } else if (standing != null
                    && standing.status().isFinal()
                    && standing.status() != RunStatus.SUCCEEDED) {
                var end = standing.status().name().toLowerCase(Locale.ROOT).replace('_', ' ');
                return failed("run %s, which it needs, has ended %s".formatted(run, end));
            } else if (standing == null || standing.status() != RunStatus.SUCCEEDED) {
                going.add(run == null ? "with key " + one.key() : run);
            }
        }
        return new Open(going.isEmpty() ? List.of() : List.of(new Obstacle(null, going)), null);
    }

    private static Open failed(String why) {
        return new Open(List.of(), WaitFailure.neededRun(why));
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

    /** The runs that several steps need, looked up at once. */
    static final class All {
        private final SortedMap<String, String> byKey;
        private final SortedMap<String, WaitingRuns.Standing> standing;

        All(WaitingRuns runs, String tenant, List<Wait> waits) {
            this(
                    runs,
                    tenant,
                    waits.stream().flatMap(wait -> wait.asked().waits().runs().stream()));
        }

        private All(WaitingRuns runs, String tenant, java.util.stream.Stream<NeededRun> needed) {
            var ids = new TreeSet<String>();
            var keys = new TreeSet<String>();
            needed.forEach(one -> {
                if (one.key() == null) {
                    ids.add(Objects.requireNonNull(one.run()));
                } else {
                    keys.add(one.key());
                }
            });
            byKey = keys.isEmpty() ? new TreeMap<>() : runs.byKey(tenant, keys);
            ids.addAll(byKey.values());
            standing = ids.isEmpty() ? new TreeMap<>() : runs.find(tenant, ids);
        }

        /** Whether one of these is needed. */
        boolean anyOf(Set<String> runs) {
            return standing.keySet().stream().anyMatch(runs::contains);
        }

        /** Its id; null when there is none yet. */
        @Nullable String run(NeededRun needed) {
            return needed.key() == null ? needed.run() : byKey.get(needed.key());
        }
    }
}
