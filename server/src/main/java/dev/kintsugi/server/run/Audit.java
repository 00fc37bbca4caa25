package dev.kintsugi.server.run;

import dev.kintsugi.server.run.machine.RunState;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a run's log from its beginning, and on as it grows, apart from what any server
 * remembers: the chain must hold, and the events fold to the state that the engine goes on from.
 */
public final class Audit {
    private final String tenant;
    private final String run;
    private @Nullable Folded folded;

    public Audit(String tenant, String run) {
        this.tenant = tenant;
        this.run = run;
    }

    /**
     * Goes through what was added since it was last called.
     *
     * @param engine whose state is compared
     * @return what does not hold; empty when all does
     */
    public Optional<String> goOn(RunEngine engine) {
        var ports = engine.ports();
        return ports.transactions()
                .asTenant(
                        tenant,
                        () -> ports.store().find(run).flatMap(row -> compared(engine, row)));
    }

    private Optional<String> compared(RunEngine engine, RunRow row) {
        var from = folded == null ? engine.beginning(row) : folded;
        var seq = from.seq();
        var mac = from.mac();
        for (var logged : engine.ports().store().events(run, seq, Integer.MAX_VALUE)) {
            seq++;
            mac = engine.ports().chain().next(mac, logged.seq(), logged.body());
            if (logged.seq() != seq || !MessageDigest.isEqual(mac, logged.mac())) {
                return Optional.of("event %d is not what was written".formatted(seq));
            }
        }
        if (seq != row.seq() || !MessageDigest.isEqual(mac, row.mac())) {
            return Optional.of("the log does not end where the run stands");
        }
        var again = engine.fold(row, from);
        folded = again;
        return again.state().equals(engine.folded(row).state())
                        && again.state().status() == row.status()
                ? Optional.empty()
                : Optional.of("the log folds to another state than the run's");
    }

    /**
     * What the log folded to.
     *
     * @throws NullPointerException before {@link #goOn} found the run
     */
    public RunState state() {
        return Objects.requireNonNull(folded, run).state();
    }
}
