package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Task;
import java.util.Optional;

/**
 * Runs commands in a scratch checkout of a failed attempt's input, in the sandbox that steps run
 * in, and takes the difference. The checkout is thrown away; nothing outside of it is written.
 */
public interface ScratchRun {

    /**
     * Runs the command by {@code sh -c} with the step's environment and timeout.
     *
     * @return what it changed of the files that are not ignored, as a unified diff in git's format
     *     with full blob ids and without renames; empty when it failed or changed nothing
     * @throws InterruptedException when the work is no longer wanted; the command is stopped then
     */
    Optional<String> diff(Task task, String command) throws InterruptedException;
}
