package dev.kintsugi.server.app;

import dev.kintsugi.server.history.Sweep;
import dev.kintsugi.server.history.Swept;
import dev.kintsugi.server.workspace.Checkouts;
import dev.kintsugi.server.workspace.Freed;
import dev.kintsugi.server.workspace.git.RepositoryRetention;
import java.util.List;
import java.util.function.Predicate;

/** What is swept of the folders in a server's home. */
final class HomeSweeps {
    private HomeSweeps() {}

    /**
     * In the order in which one may free what the next deletes.
     *
     * @param isGone whether there is no run of this id any more
     */
    static List<Sweep> of(
            RepositoryRetention repositories, Checkouts checkouts, Predicate<String> isGone) {
        return List.of(
                new Folders("repositories", repositories::sweepRepositories),
                new Folders("mirrors", repositories::sweepMirrors),
                new Folders("checkouts", dry -> checkouts.sweep(isGone, dry)),
                new Folders("caches", checkouts::sweepCaches));
    }

    /** Deletes folders, or only counts them. */
    private interface Work {
        Freed sweep(boolean dry);
    }

    private record Folders(String name, Work work) implements Sweep {
        @Override
        public Swept sweep(boolean dry) {
            var freed = work.sweep(dry);
            return new Swept(freed.folders(), freed.bytes());
        }
    }
}
