package dev.kintsugi.server.simulation;

import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.RunStore;
import java.util.function.UnaryOperator;

/**
 * Stores put in the place of the right ones: tests plant bugs with them, to see the simulation find
 * them.
 *
 * @param tasks what the queue uses instead of the store given
 * @param runs what the engine uses instead of the store given
 */
record Plants(UnaryOperator<TaskStore> tasks, UnaryOperator<RunStore> runs) {
    static final Plants NONE = new Plants(UnaryOperator.identity(), UnaryOperator.identity());
}
