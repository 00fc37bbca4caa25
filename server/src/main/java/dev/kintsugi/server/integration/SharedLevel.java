package dev.kintsugi.server.integration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A cache's second level, which servers share. It may be away at any time: it then has nothing. */
interface SharedLevel extends AutoCloseable {

    /**
     * What is kept, and for how much longer.
     *
     * @param value null when it is known that there is none
     */
    record Kept(@Nullable String value, Duration left) {}

    /** Null when nothing is kept. */
    @Nullable Kept get(String key);

    /** Keeps a value, or that there is none. */
    void put(String key, @Nullable String value, Duration time);

    void remove(String key);

    @Override
    void close();

    /** Where there is no second level. */
    SharedLevel NONE =
            new SharedLevel() {
                @Override
                public @Nullable Kept get(String key) {
                    return null;
                }

                @Override
                public void put(String key, @Nullable String value, Duration time) {}

                @Override
                public void remove(String key) {}

                @Override
                public void close() {}
            };
}
