package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.ConflictException;
import java.util.List;

/** Runs that were started from a run, and from those. */
final class Descendants {
    /** Most of one run that go on and are found. */
    static final int MAX = 1_000;

    private Descendants() {}

    /**
     * All that go on, also those that were started from one that has ended.
     *
     * @throws ConflictException when they are more than {@link #MAX}
     */
    static List<String> of(RunPorts ports, String tenant, String run) {
        var all =
                ports.transactions()
                        .asTenant(tenant, () -> ports.store().descendants(tenant, run, MAX + 1));
        if (all.size() > MAX) {
            throw new ConflictException(
                    "More than %d runs that go on were started from run %s: cancel them one by one."
                            .formatted(MAX, run));
        }
        return all;
    }
}
