package dev.kintsugi.server.app;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A part that is made when it is first needed. What its maker throws goes to the caller as it is
 * and is not kept: the next caller tries again. Safe for many threads.
 */
final class Late<T> implements Supplier<T> {
    private final Maker<T> maker;
    private @Nullable T made;

    Late(Maker<T> maker) {
        this.maker = maker;
    }

    /** Makes the part. */
    @FunctionalInterface
    interface Maker<T> {
        T make() throws InterruptedException;
    }

    @Override
    public synchronized T get() {
        var part = made;
        if (part == null) {
            try {
                part = maker.make();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted before it was ready", e);
            }
            made = part;
        }
        return part;
    }
}
