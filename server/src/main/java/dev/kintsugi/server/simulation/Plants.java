package dev.kintsugi.server.simulation;

import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.RunStore;
import java.util.function.UnaryOperator;

/**
 * What is put in the place of the right parts: tests plant bugs with them, to see the simulation
 * find them.
 *
 * @param tasks what the queue uses instead of the store given
 * @param runs what the engine uses instead of the store given
 * @param budgets what the engine books in instead of those given
 * @param plans what servers read instead of the plan that was sent
 */
record Plants(
        UnaryOperator<TaskStore> tasks,
        UnaryOperator<RunStore> runs,
        UnaryOperator<Budgets> budgets,
        UnaryOperator<String> plans) {
    static final Plants NONE =
            new Plants(
                    UnaryOperator.identity(),
                    UnaryOperator.identity(),
                    UnaryOperator.identity(),
                    UnaryOperator.identity());

    Plants withTasks(UnaryOperator<TaskStore> other) {
        return new Plants(other, runs, budgets, plans);
    }

    Plants withRuns(UnaryOperator<RunStore> other) {
        return new Plants(tasks, other, budgets, plans);
    }

    Plants withBudgets(UnaryOperator<Budgets> other) {
        return new Plants(tasks, runs, other, plans);
    }

    Plants withPlans(UnaryOperator<String> other) {
        return new Plants(tasks, runs, budgets, other);
    }
}
