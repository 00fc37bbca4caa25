package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.ConflictException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Runs that were started from a run, and from those. */
final class Descendants {
    /** Most of one run that are found. */
    static final int MAX = 1_000;

    private Descendants() {}

    /**
     * All of them.
     *
     * @throws ConflictException when they are more than {@link #MAX}
     */
    static SortedSet<String> of(RunPorts ports, String tenant, String run) {
        var all = new TreeSet<String>();
        var latest = List.of(run);
        while (!latest.isEmpty()) {
            var parents = latest;
            latest =
                    ports
                            .transactions()
                            .asTenant(
                                    tenant, () -> ports.store().children(tenant, parents, MAX + 1))
                            .stream()
                            .filter(all::add)
                            .toList();
            if (all.size() > MAX) {
                throw new ConflictException(
                        "More than %d runs were started from run %s: cancel them one by one."
                                .formatted(MAX, run));
            }
        }
        return all;
    }
}
