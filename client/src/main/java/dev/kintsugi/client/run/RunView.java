package dev.kintsugi.client.run;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run as clients see it.
 *
 * @param run its id
 * @param name the plan's name
 * @param waitingFor null unless it waits
 * @param reason why it ended or waits, one line; null while it goes well
 * @param phases verified or attempted repairs of each kind
 * @param attempts repair attempts used
 * @param durationMs working time so far
 * @param costUsd money so far, in US dollars as a decimal
 * @param branch where mended work is; null before it is delivered
 * @param approval what a human is asked; null when nothing is
 * @param finishedAt null while it goes on
 * @param steps in plan order; empty in lists of runs
 * @param stuck why it makes no progress; null while it does
 * @param parent the run that it was started from; null for none
 */
public record RunView(
        String run,
        String name,
        RunStatus status,
        @Nullable WaitingFor waitingFor,
        @Nullable String reason,
        Ladder ladder,
        Phases phases,
        int attempts,
        long durationMs,
        String costUsd,
        @Nullable String branch,
        @Nullable Approval approval,
        Instant createdAt,
        @Nullable Instant finishedAt,
        long seq,
        List<StepView> steps,
        @Nullable String stuck,
        @Nullable String parent) {
    public RunView {
        steps = List.copyOf(steps);
    }

    /** The same run, which is stuck. */
    public RunView stuckBecause(String why) {
        return new RunView(
                run,
                name,
                status,
                waitingFor,
                reason,
                ladder,
                phases,
                attempts,
                durationMs,
                costUsd,
                branch,
                approval,
                createdAt,
                finishedAt,
                seq,
                steps,
                why,
                parent);
    }

    /** Repairs of each phase. */
    public record Phases(int retry, int patch, int replan, int rollback) {
        public static final Phases NONE = new Phases(0, 0, 0, 0);
    }

    /**
     * A request for a human's approval.
     *
     * @param hash of what will be undone; the answer must carry it
     * @param undo the commands that will run, in order, each with its step
     * @param expiresAt when the request lapses and the run fails
     */
    public record Approval(String hash, List<Undo> undo, String reason, Instant expiresAt) {
        public Approval {
            undo = List.copyOf(undo);
        }

        public record Undo(String step, String command) {}
    }

    /**
     * A step as clients see it.
     *
     * @param attempt the latest attempt, 0 before the first
     * @param failure one line about the latest failure; null when there was none
     * @param progress what its worker said last of how far it is; null when it said nothing
     * @param receipt what the outside system answered to a {@code once} step; null when nothing was
     *     handed in
     * @param waitsFor one line about the locks or runs it waits for; null when it does not
     */
    public record StepView(
            String step,
            StepStatus status,
            int attempt,
            @Nullable String failure,
            @Nullable String progress,
            @Nullable String receipt,
            @Nullable String waitsFor) {}

    /** Where a step stands. */
    public enum StepStatus {
        PENDING,
        /** For locks or other runs; {@link StepView#waitsFor} says which. */
        WAITING,
        QUEUED,
        RUNNING,
        REPAIRING,
        /** Lost by its worker; nobody knows whether its effect happened. */
        UNKNOWN,
        SUCCEEDED,
        FAILED,
        SKIPPED,
        UNDONE
    }
}
