package dev.kintsugi.healing.rollback;

/**
 * Takes one kind of action back. Known by a name, so that it can be found again after a crash;
 * everything else it needs is in its argument.
 */
@FunctionalInterface
public interface Compensation {

    /**
     * Takes an action back, which may not even have been done: it is recorded before.
     *
     * @param argument what was recorded with the action
     */
    void undo(String argument) throws Exception;

    /** Whether running it twice does what running it once does. If not, it is never run twice. */
    default boolean isIdempotent() {
        return false;
    }

    /** The same, declared to be idempotent. */
    static Compensation idempotent(Compensation compensation) {
        return new Compensation() {
            @Override
            public void undo(String argument) throws Exception {
                compensation.undo(argument);
            }

            @Override
            public boolean isIdempotent() {
                return true;
            }
        };
    }
}
