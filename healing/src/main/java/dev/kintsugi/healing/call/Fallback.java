package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import java.util.Objects;

/**
 * Something else that serves when the operation failed.
 *
 * @param <T> what it serves
 */
public interface Fallback<T> {

    /** What {@link Served#by()} says when it served. */
    String name();

    /**
     * Serves instead.
     *
     * @param error why the operation itself did not
     * @throws Exception when it cannot either; the next one is then asked
     */
    T serve(ErrorContext error) throws Exception;

    /**
     * Serves instead, for one that looks at the exception; what is called. By default the same as
     * without it.
     *
     * @param thrown what the operation's last attempt threw, or a {@link CallRejected}
     */
    default T serve(ErrorContext error, Throwable thrown) throws Exception {
        return serve(error);
    }

    /** Hears what the operation itself returned. */
    default void served(T value) {}

    /** Another operation, such as the same request to another provider. */
    static <T> Fallback<T> to(String name, Operation<? extends T, ?> operation) {
        Objects.requireNonNull(operation, "operation");
        return new Other<>(Check.name("name", name), operation);
    }

    /** A value that is always at hand. */
    static <T> Fallback<T> value(String name, T value) {
        return new Other<>(Check.name("name", name), () -> value);
    }
}
