package dev.kintsugi.server.repair;

import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.workspace.gate.SourceTree;

/**
 * A failure to find patches for.
 *
 * @param task the task MEND
 * @param step the failed step as it was executed
 * @param failure what happened
 * @param evidence the end of its output, at most {@link #MAX_EVIDENCE} characters; empty when there
 *     was none
 * @param tree the input of the failed attempt; empty when the plan has no workspace
 * @param memoryBytes memory of the machine that steps run on
 */
public record MendRequest(
        Task task, Step step, Failure failure, String evidence, SourceTree tree, long memoryBytes) {
    /** Longest evidence looked at; of more, the end. */
    public static final int MAX_EVIDENCE = 256 * 1024;

    public MendRequest {
        if (evidence.length() > MAX_EVIDENCE) {
            evidence = evidence.substring(evidence.length() - MAX_EVIDENCE);
        }
    }
}
