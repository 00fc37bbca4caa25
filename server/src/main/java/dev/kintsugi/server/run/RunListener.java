package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.budget.Budgets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who hears what happens to runs: metrics, live streams, people who approve. */
public interface RunListener {
    /** Inside the turn's transaction: what is written here is written with the turn. */
    default void approvalNeeded(String tenant, String run, Approval approval) {}

    /**
     * A run waits until somebody says which steps happened; inside the turn's transaction.
     *
     * @param steps ids of the steps of which nobody knows
     * @param reason what happened and how to answer
     */
    default void effectsUnknown(String tenant, String run, List<String> steps, String reason) {}

    /** A worker took an attempt of a step; after that is committed. */
    default void started(String tenant, String run, String step, int attempt, String worker) {}

    /** After the turn is committed. */
    default void turned(String tenant, RunView view) {}

    /** An attempt of a step was taken up; after the turn is committed. */
    default void attemptEnded(String tenant, Step step, boolean success, Usage usage) {}

    /** After the turn is committed. */
    default void happened(String tenant, String run, RunEvent event) {}

    /** A run stops because one of its budgets is used up; after the turn is committed. */
    default void budgetExhausted(String tenant, Budgets.Kind budget) {}

    /** Money was spent, 0 or more; after the turn is committed. */
    default void paid(String tenant, long nanoUsd) {}

    /** A repair attempt ended; after the turn is committed. */
    default void repairAttempted(String tenant, Phase phase, boolean verified) {}

    /** A repair ended in this phase; after the turn is committed. */
    default void repairEnded(String tenant, Phase phase, boolean verified, Duration took) {}

    /**
     * A step's wait for locks or other runs is over; after the turn is committed.
     *
     * @param refused the rule of the failure that ended it; null when it has what it waited for
     */
    default void waited(String tenant, Duration waited, @Nullable String refused) {}

    /** A turn that nobody waited for failed and is tried again after the pause. */
    default void turnFailed(String run, Duration pause, Throwable cause) {}
}
