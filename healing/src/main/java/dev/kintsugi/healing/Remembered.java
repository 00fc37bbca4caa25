package dev.kintsugi.healing;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The failures found last, each in the one place that its hash gives it: where something is down,
 * the same exception comes thousands of times. Holds no class and no exception, and two megabytes
 * at most. Safe for use by many threads, without locks.
 */
final class Remembered {

    private static final int PLACES = 256;

    /** Longer texts are not remembered. */
    private static final int MAX_CHARS = 2_000;

    private final AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(PLACES);

    /** What decides about an exception; its lines name its classes. */
    private record Key(
            List<String> lines, Set<String> states, int number, @Nullable Duration retryAfter) {}

    private record Entry(Key key, Failure failure) {}

    /** What was found for the same; null when it is not remembered. */
    @Nullable Failure get(Clues clues) {
        Key key = key(clues);
        Entry entry = places.get(place(key));
        return entry != null && entry.key().equals(key) ? entry.failure() : null;
    }

    void put(Clues clues, Failure failure) {
        int chars = 0;
        for (String line : clues.lines()) {
            chars += line.length();
        }
        if (chars <= MAX_CHARS) {
            Key key = key(clues);
            places.set(place(key), new Entry(key, failure));
        }
    }

    private static Key key(Clues clues) {
        return new Key(clues.lines(), clues.sqlStates(), clues.number(), clues.retryAfter());
    }

    private static int place(Key key) {
        int hash = key.hashCode();
        return (hash ^ hash >>> 16) & PLACES - 1;
    }
}
