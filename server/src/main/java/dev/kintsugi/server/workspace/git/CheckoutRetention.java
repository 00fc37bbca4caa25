package dev.kintsugi.server.workspace.git;

import dev.kintsugi.server.workspace.Checkouts;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses what to delete of the folders that are kept: those older than {@link Checkouts#KEPT_FOR},
 * and the oldest of the others until what is left fits into {@link Checkouts#KEPT_BYTES}.
 */
final class CheckoutRetention {
    private CheckoutRetention() {}

    /** A folder that nobody works in. */
    record Kept(Path folder, Instant since, long bytes) {}

    static List<Kept> sweep(List<Kept> kept, Instant now) {
        var oldest = now.minus(Checkouts.KEPT_FOR);
        var youngestFirst =
                kept.stream()
                        .sorted(
                                Comparator.comparing(Kept::since)
                                        .reversed()
                                        .thenComparing(Kept::folder))
                        .toList();
        var doomed = new ArrayList<Kept>();
        var bytes = 0L;
        for (var folder : youngestFirst) {
            var fits = bytes + folder.bytes() <= Checkouts.KEPT_BYTES;
            if (fits && !folder.since().isBefore(oldest)) {
                bytes += folder.bytes();
            } else {
                doomed.add(folder);
            }
        }
        return List.copyOf(doomed);
    }
}
