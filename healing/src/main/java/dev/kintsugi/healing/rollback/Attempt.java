package dev.kintsugi.healing.rollback;

import dev.kintsugi.healing.rollback.RolledBack.Outcome;
import dev.kintsugi.healing.rollback.RolledBack.Part;

/** Runs one part of a rollback. */
final class Attempt {
    private Attempt() {}

    /** Runs it as if the thread were not interrupted: what was begun must be taken back whole. */
    static Part of(String name, String argument, Compensation action) {
        boolean interrupted = Thread.interrupted();
        try {
            action.undo(argument);
            return new Part(name, argument, Outcome.UNDONE, null);
        } catch (Throwable e) { // an Error must not keep the others from being taken back
            interrupted |= e instanceof InterruptedException;
            return new Part(name, argument, Outcome.FAILED, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
