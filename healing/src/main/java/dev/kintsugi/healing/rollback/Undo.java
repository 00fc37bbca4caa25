package dev.kintsugi.healing.rollback;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** How to take back what a failed call did. */
@FunctionalInterface
public interface Undo {

    /** Takes it back; tells what became of each part, and throws nothing for a part that failed. */
    RolledBack run();

    /** Hears that nothing has to be taken back. */
    default void succeeded() {}

    /**
     * Restores a snapshot of the state before.
     *
     * @param restore what makes the state again what it was; called at most once for each failure
     */
    static <S> Undo restoring(S snapshot, Consumer<? super S> restore) {
        Objects.requireNonNull(snapshot, "snapshot");
        Objects.requireNonNull(restore, "restore");
        return () -> {
            var outcome = Attempt.of("snapshot", "", _ -> restore.accept(snapshot));
            return new RolledBack("snapshot", List.of(outcome));
        };
    }
}
