package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.KeepSettings;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.platform.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** All sweeps of a server: hourly one after the other, or one at a time when somebody asks. */
public final class Gc {
    private static final Logger log = LoggerFactory.getLogger(Gc.class);

    /** How long what a sweep did waits for whoever asked for it. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final List<Sweep> sweeps;
    private final InstantSource clock;
    private final Map<Asked, Going> going = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * @param sweeps in the order in which one may free what the next deletes
     */
    public Gc(List<Sweep> sweeps, InstantSource clock) {
        this.sweeps = List.copyOf(sweeps);
        this.clock = clock;
    }

    private record Asked(String name, boolean dry) {}

    /**
     * @param at when it was asked for last
     */
    private record Going(CompletableFuture<Swept> done, Instant at) {}

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

    /**
     * As {@link #sweep(String, boolean)}, for so long; it goes on beyond that, and asking again
     * soon waits for the same.
     *
     * @return empty when it has not ended
     */
    Optional<Swept> sweep(String name, boolean dry, Duration patience) throws InterruptedException {
        var asked = new Asked(name, dry);
        var now = clock.instant();
        var one =
                going.compute(
                        asked,
                        (_, before) ->
                                before == null || isForgotten(before, now)
                                        ? new Going(start(asked), now)
                                        : new Going(before.done(), now));
        try {
            var swept = one.done().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            going.remove(asked);
            return Optional.of(swept);
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (ExecutionException e) {
            going.remove(asked);
            throw e.getCause() instanceof RuntimeException why
                    ? why
                    : new IllegalStateException(e.getCause());
        }
    }

    private static boolean isForgotten(Going before, Instant now) {
        return before.done().isDone() && before.at().isBefore(now.minus(KEPT));
    }

    private CompletableFuture<Swept> start(Asked asked) {
        return CompletableFuture.supplyAsync(() -> sweep(asked.name(), asked.dry()), threads);
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
