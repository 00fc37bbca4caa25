package dev.kintsugi.server.simulation;

import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.RunStore;
import java.time.InstantSource;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * What is put in the place of the right parts: tests plant bugs with them, to see the simulation
 * find them.
 *
 * @param tasks what the queue uses instead of the store given
 * @param runs what the engine uses instead of the store given
 * @param budgets what the engine books in instead of those given
 * @param plans what servers read instead of the plan that was sent
 * @param clocks what a server goes by, of the database's clock and its machine's own
 */
record Plants(
        UnaryOperator<TaskStore> tasks,
        UnaryOperator<RunStore> runs,
        UnaryOperator<Budgets> budgets,
        UnaryOperator<String> plans,
        BinaryOperator<InstantSource> clocks) {
    static final Plants NONE =
            new Plants(
                    UnaryOperator.identity(),
                    UnaryOperator.identity(),
                    UnaryOperator.identity(),
                    UnaryOperator.identity(),
                    (database, _) -> database);

    Plants withTasks(UnaryOperator<TaskStore> other) {
        return new Plants(other, runs, budgets, plans, clocks);
    }

    Plants withRuns(UnaryOperator<RunStore> other) {
        return new Plants(tasks, other, budgets, plans, clocks);
    }

    Plants withBudgets(UnaryOperator<Budgets> other) {
        return new Plants(tasks, runs, other, plans, clocks);
    }

    Plants withPlans(UnaryOperator<String> other) {
        return new Plants(tasks, runs, budgets, other, clocks);
    }

    Plants withClocks(BinaryOperator<InstantSource> other) {
        return new Plants(tasks, runs, budgets, plans, other);
    }
}
