package dev.kintsugi.server.workspace.git;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.kintsugi.server.workspace.Freed;
import dev.kintsugi.server.workspace.Remains;
import dev.kintsugi.server.workspace.RunRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the server's repositories of runs that ended long ago or are deleted, and the mirrors
 * that no run borrows objects from any more. Needs no git.
 */
public final class RepositoryRetention {
    /** How long a run's repository is kept after its end, and a mirror after its last use. */
    public static final Duration KEPT_FOR = Duration.ofDays(7);

    /** No repository is deleted before it is that old. */
    private static final Duration YOUNG = Duration.ofDays(1);

    private static final Logger log = LoggerFactory.getLogger(RepositoryRetention.class);
    private static final String BARE = ".git";

    /** A folder that is being deleted; a server that was killed may leave one. */
    private static final String DOOMED = ".doomed";

    private final Store store;
    private final Ends ends;
    private final InstantSource clock;

    /**
     * @param home {@code KINTSUGI_HOME}
     */
    public RepositoryRetention(Path home, Ends ends, InstantSource clock) {
        this.store = new Store(home);
        this.ends = ends;
        this.clock = clock;
    }

    /** Knows how long runs' repositories are needed. */
    @FunctionalInterface
    public interface Ends {
        Need of(RunRepository run);
    }

    /** How long a run's repository is needed. */
    public sealed interface Need {
        /** The run has not ended. */
        record Going() implements Need {}

        record Until(Instant time) implements Need {}

        /** There is no such run; {@link #KEPT_FOR} after it began, lest another database has it. */
        record Gone() implements Need {}
    }

    /**
     * Deletes repositories that were kept long enough; what cannot be deleted is logged.
     *
     * @param dry only counts
     */
    public Freed sweepRepositories(boolean dry) {
        var freed = Freed.NOTHING;
        for (var tenant : Folders.in(store.repositories())) {
            for (var folder : Folders.in(tenant)) {
                if (isOver(tenant, folder)) {
                    freed = delete(folder, dry, freed);
                }
            }
        }
        return freed;
    }

    /**
     * Deletes mirrors that no repository borrows from and that were not used for {@link #KEPT_FOR}.
     *
     * @param dry only counts
     */
    public Freed sweepMirrors(boolean dry) {
        var oldest = clock.instant().minus(KEPT_FOR);
        var freed = Freed.NOTHING;
        for (var tenant : Folders.in(store.mirrors())) {
            var borrowed = borrowed(tenant.getFileName().toString());
            for (var mirror : Folders.in(tenant)) {
                var isDoomed = mirror.toString().endsWith(DOOMED);
                if (isDoomed
                        || (!borrowed.contains(mirror) && isOlder(Store.used(mirror), oldest))) {
                    freed = delete(mirror, dry, freed);
                }
            }
        }
        return freed;
    }

    private boolean isOver(Path tenant, Path folder) {
        var name = folder.getFileName().toString();
        if (name.endsWith(DOOMED)) {
            return true;
        }
        // A run ended no earlier than it began: the youngest need not be asked about.
        var now = clock.instant();
        if (!name.endsWith(BARE) || !isOlder(Store.alternates(folder), now.minus(YOUNG))) {
            return false;
        }
        var run =
                new RunRepository(
                        tenant.getFileName().toString(),
                        name.substring(0, name.length() - BARE.length()));
        return switch (ends.of(run)) {
            case Need.Going _ -> false;
            case Need.Until(var time) -> time.isBefore(now);
            case Need.Gone _ -> isOlder(Store.alternates(folder), now.minus(KEPT_FOR));
        };
    }

    private TreeSet<Path> borrowed(String tenant) {
        var borrowed = new TreeSet<Path>();
        for (var folder : Folders.in(store.repositories().resolve(tenant))) {
            try {
                Files.readString(Store.alternates(folder))
                        .lines()
                        .map(Path::of)
                        .map(Path::getParent)
                        .forEach(borrowed::add);
            } catch (NoSuchFileException _) {
                // just made: its mirror was used this moment
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + folder, e);
            }
        }
        return borrowed;
    }

    private static boolean isOlder(Path file, Instant oldest) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(oldest);
        } catch (IOException _) {
            return false; // being made
        }
    }

    /** Out of sight first, so that nobody uses half of it. */
    private static Freed delete(Path folder, boolean dry, Freed freed) {
        try {
            var bytes = Folders.bytes(folder);
            if (!dry) {
                var doomed = folder;
                if (!folder.toString().endsWith(DOOMED)) {
                    doomed = folder.resolveSibling(folder.getFileName() + DOOMED);
                    Files.move(folder, doomed, ATOMIC_MOVE);
                }
                Remains.delete(doomed);
            }
            return freed.plus(bytes);
        } catch (IOException e) {
            log.warn("cannot delete {}: {}", folder, e.toString());
            return freed;
        }
    }
}
