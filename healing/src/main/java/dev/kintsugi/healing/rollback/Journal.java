package dev.kintsugi.healing.rollback;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Where it is written down what would have to be taken back, and what was. Implementations are safe
 * for use by many threads.
 */
public interface Journal extends AutoCloseable {

    /** What an entry says. */
    enum Kind {
        /** An action is about to be done. */
        RECORDED,

        /** Its compensation is about to run. */
        UNDOING,
        UNDONE,
        FAILED,

        /** It was told that nobody knows whether the compensation took effect. */
        UNKNOWN,

        /** Nothing of the unit is left to do. */
        ENDED
    }

    /**
     * One thing written down.
     *
     * @param unit the work it is of
     * @param step the action's number in the unit, from 0; 0 for {@link Kind#ENDED}
     * @param name of the compensation; only with {@link Kind#RECORDED}
     * @param argument of the compensation; only with {@link Kind#RECORDED}
     */
    record Entry(String unit, Kind kind, int step, String name, String argument) {
        public Entry {
            Objects.requireNonNull(unit, "unit");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(argument, "argument");
        }
    }

    /**
     * Writes an entry; it is there after a crash when this returns.
     *
     * @throws java.io.UncheckedIOException when it cannot be written
     */
    void append(Entry entry);

    /** The entries of units that have not ended, as they were written. */
    List<Entry> open();

    @Override
    void close();

    /** A journal that is gone with the process. */
    static Journal inMemory() {
        return new MemoryJournal();
    }

    /**
     * A journal in a file, each line of which reaches the disk before anything follows. One process
     * uses it at a time.
     *
     * @throws java.io.UncheckedIOException when the file cannot be read or written
     * @throws IllegalStateException when it is damaged, or another process uses it
     */
    static Journal file(Path file) {
        return new FileJournal(file);
    }
}
