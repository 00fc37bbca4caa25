package dev.kintsugi.server.run;

import dev.kintsugi.server.run.machine.RunState;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a run's log from its beginning, and on as it grows, apart from what any server
 * remembers: the chain must hold, and the events lead to the notes beside them and to the state
 * that the engine goes on from.
 */
public final class Audit {
    private static final int PAGE = 1_000;

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
        folded = from;
        while (from.seq() < row.seq()) {
            var page = engine.ports().store().events(run, from.seq(), PAGE);
            if (page.isEmpty()) {
                return Optional.of("the log ends at event %d".formatted(from.seq()));
            }
            for (var logged : page) {
                var mac = engine.ports().chain().next(from.mac(), logged.seq(), logged.body());
                if (logged.seq() != from.seq() + 1 || !MessageDigest.isEqual(mac, logged.mac())) {
                    return Optional.of("event %d is not what was written".formatted(logged.seq()));
                }
                var entry = LogEntry.read(logged.body());
                if (entry.rules() != row.rules()) {
                    return Optional.of(
                            "event %d was decided under rules %d, the run began under rules %d"
                                    .formatted(logged.seq(), entry.rules(), row.rules()));
                }
                var decision = RunEngine.decide(row, from, logged.seq(), entry);
                if (!logged.notes().equals(Turn.notes(decision.actions()))) {
                    return Optional.of(
                            "the notes of event %d do not follow from it".formatted(logged.seq()));
                }
                from = RunEngine.after(from, logged, entry.at(), decision.state());
            }
        }
        folded = from;
        if (!MessageDigest.isEqual(from.mac(), row.mac())) {
            return Optional.of("the log does not end where the run stands");
        }
        return from.state().equals(engine.folded(row).state())
                        && from.state().status() == row.status()
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
