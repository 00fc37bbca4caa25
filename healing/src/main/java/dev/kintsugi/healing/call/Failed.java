package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.Rejection;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that did not serve the caller.
 *
 * @param thrown what the caller gets unless something else helps
 * @param error what it means
 * @param by why it was not even made; null when it was made
 */
record Failed(Throwable thrown, ErrorContext error, @Nullable Rejection by) {

    boolean wasMade() {
        return by == null;
    }

    /**
     * Whether it is nothing that a policy may answer: the caller gave the call up, or the program
     * itself is broken.
     */
    boolean isFinal() {
        return thrown instanceof Error
                || thrown instanceof InterruptedException
                || thrown instanceof CancellationException;
    }
}
