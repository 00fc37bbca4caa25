package dev.kintsugi.server.run.machine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;

/**
 * What is to be undone, and how far that has come.
 *
 * @param hash of the undo list; an approval binds to it
 * @param steps positions of the steps still to be undone, next first
 * @param tries attempts at the next one
 * @param expiresAt when the request for approval lapses; null once it is answered
 */
record Rollback(String hash, PVector<Integer> steps, int tries, @Nullable Instant expiresAt) {
    Rollback answered() {
        return new Rollback(hash, steps, 0, null);
    }

    Rollback tryAgain() {
        return new Rollback(hash, steps, tries + 1, expiresAt);
    }

    Rollback next() {
        return new Rollback(hash, steps.minus(0), 0, expiresAt);
    }
}
