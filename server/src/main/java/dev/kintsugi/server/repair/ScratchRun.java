package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Task;

/**
 * Runs commands in a scratch checkout of a failed attempt's input, in the sandbox that steps run
 * in, and takes the difference. The checkout is thrown away; nothing outside of it is written.
 */
@FunctionalInterface
public interface ScratchRun {

    /**
     * Runs the command by {@code sh -c} with the step's environment and timeout.
     *
     * @param task the task MEND; it has input
     * @throws InterruptedException when the work is no longer wanted; the command is stopped then
     */
    Outcome run(Task task, String command) throws InterruptedException;

    /** What came of a command. */
    sealed interface Outcome {
        /** Money that the command says it cost. */
        long costNanoUsd();
    }

    /**
     * It ended well and changed files.
     *
     * @param diff what it changed of the files that are not ignored, as a unified diff in git's
     *     format with full blob ids and without renames
     */
    record Changed(String diff, long costNanoUsd) implements Outcome {
        /** The same of a command that cost nothing. */
        public Changed(String diff) {
            this(diff, 0);
        }
    }

    /**
     * There is no change to propose.
     *
     * @param why one line for people: how it failed, or that it changed nothing
     */
    record Nothing(String why, long costNanoUsd) implements Outcome {
        /** The same of a command that cost nothing, or was not run. */
        public Nothing(String why) {
            this(why, 0);
        }
    }
}
