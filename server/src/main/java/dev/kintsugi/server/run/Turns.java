package dev.kintsugi.server.run;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Has turns taken for runs that something happened to: several requests before the turn begins are
 * one.
 */
public final class Turns {
    private final Executor executor;
    private final Set<String> requested = ConcurrentHashMap.newKeySet();
    private volatile Consumer<String> turn = _ -> {};

    public Turns(Executor executor) {
        this.executor = executor;
    }

    /** Says what a turn is. */
    void attach(Consumer<String> how) {
        turn = how;
    }

    /** Has a turn taken for the run soon. */
    public void request(String run) {
        if (requested.add(run)) {
            executor.execute(() -> {
                // before the turn: what arrives while it runs asks for another
                requested.remove(run);
                turn.accept(run);
            });
        }
    }
}
