package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.plan.Waits;
import dev.kintsugi.client.plan.When;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.healing.FailureClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * Something the machine wants done. All actions of one decision take effect together or not at all.
 */
public sealed interface RunAction {

    /** Put a task in the queue; the same key again puts it back. */
    record Dispatch(Task task, QueueClass queue, Priority priority, Duration delay)
            implements RunAction {}

    /** Take tasks out of the queue and out of workers' hands. */
    record CancelTasks(List<String> keys) implements RunAction {}

    /** Send {@code TimerFired(timer)} at that time; the same timer again replaces the earlier. */
    record StartTimer(String timer, Instant at) implements RunAction {}

    record StopTimer(String timer) implements RunAction {}

    /** An attempt that was reserved has ended, or was cut short. */
    record SettleAttempt() implements RunAction {}

    /** An attempt that was reserved never began. */
    record ReleaseAttempt() implements RunAction {}

    /** Reserve one repair attempt; answered by {@code BudgetAnswered}. */
    record AskBudget(String step) implements RunAction {}

    /** Set money aside for a task that is handed out; the machine has seen that there is enough. */
    record ReserveCost(long costNanoUsd) implements RunAction {}

    /**
     * Count money that was spent.
     *
     * @param reservedNanoUsd what was set aside for it and is no longer
     */
    record SettleCost(long reservedNanoUsd, long costNanoUsd) implements RunAction {}

    /** Ask whether a retry may go through; answered by {@code BreakerAnswered}. */
    record AskBreaker(String step, FailureClass failureClass) implements RunAction {}

    /**
     * Ask whether a step's condition holds; answered by {@code ConditionAnswered}.
     *
     * @param statuses how the steps ended that it looks at, by id
     * @param outputs content hashes of what they wrote, for those that wrote something
     */
    record AskCondition(
            String step,
            When when,
            SortedMap<String, String> statuses,
            SortedMap<String, String> outputs)
            implements RunAction {}

    /**
     * Ask for what the step waits for; answered by {@code WaitEnded}, after {@code WaitBegun} when
     * it takes time.
     *
     * @param number tells the asking from the step's earlier ones
     */
    record AskWaits(String step, long number, Waits waits, Priority priority)
            implements RunAction {}

    /** Give back what the step holds, but for what it keeps, and let it wait no longer. */
    record GiveBack(String step) implements RunAction {}

    /** Give back all that the run's steps hold, and let none wait any longer. */
    record GiveBackAll() implements RunAction {}

    /** Ask which of these tasks a worker ever had; answered by {@code BegunAnswered}. */
    record AskBegun(List<String> keys) implements RunAction {}

    /** Tell the breaker of a class how a step of it ended. */
    record RecordOutcome(FailureClass failureClass, boolean success) implements RunAction {}

    /** Keep a patch that was verified, or count against one that was not. */
    record LearnPatch(String fingerprint, Patch patch, boolean verified) implements RunAction {}

    /** Tell people that an approval is needed. */
    record AskApproval(Approval approval) implements RunAction {}

    /** Tell people that they are to say whether steps happened. */
    record AskEffects(List<String> steps, String reason) implements RunAction {}

    /** Say what was decided, on the timeline. */
    record Tell(Note note) implements RunAction {}

    /**
     * A repair attempt ended; for metrics.
     *
     * @param phase its own, whatever the repair comes to
     * @param verified whether it passed, and all that it was to prove holds
     */
    record CountAttempt(Phase phase, boolean verified) implements RunAction {}

    /** A repair ended, in this phase; for metrics. */
    record CountRepair(Phase phase, boolean verified, Duration took) implements RunAction {}
}
