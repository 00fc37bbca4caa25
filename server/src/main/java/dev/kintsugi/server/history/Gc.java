package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.KeepSettings;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.platform.Transactions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** All sweeps of a server: hourly one after the other, or one at a time when somebody asks. */
public final class Gc {
    private static final Logger log = LoggerFactory.getLogger(Gc.class);

    private final List<Sweep> sweeps;

    /**
     * @param sweeps in the order in which one may free what the next deletes
     */
    public Gc(List<Sweep> sweeps) {
        this.sweeps = List.copyOf(sweeps);
    }

    /** What is swept of the database. */
    public static List<Sweep> ofDatabase(
            Transactions transactions,
            JdbcClient jdbc,
            Kept kept,
            KeepSettings keep,
            InstantSource clock) {
        var sweeps = new ArrayList<Sweep>();
        sweeps.add(new EndedRuns(transactions, jdbc, kept, clock));
        sweeps.add(new Contents(transactions, jdbc, kept, clock));
        sweeps.addAll(OldRows.of(transactions, jdbc, keep, clock));
        return sweeps;
    }

    /** What can be swept, in order. */
    public List<String> names() {
        return sweeps.stream().map(Sweep::name).toList();
    }

    /**
     * Sweeps one kind. Two at once on a server are done one after the other.
     *
     * @param dry only counts
     * @throws NotFoundException when there is no such kind
     */
    public synchronized Swept sweep(String name, boolean dry) {
        return sweeps.stream()
                .filter(sweep -> sweep.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NotFoundException("kind", name))
                .sweep(dry);
    }

    /** Sweeps all kinds; one that fails is logged, and does not keep the next. */
    public void sweep() {
        for (var name : names()) {
            try {
                var swept = sweep(name, false);
                if (swept.count() > 0) {
                    log.info(
                            "deleted {} {}, {} bytes: they were kept long enough",
                            swept.count(),
                            name,
                            swept.bytes());
                }
            } catch (RuntimeException e) {
                log.warn("cannot sweep {}, tried again in an hour: {}", name, e.toString());
            }
        }
    }
}
