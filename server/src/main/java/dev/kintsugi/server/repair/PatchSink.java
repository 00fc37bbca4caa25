package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import dev.kintsugi.server.workspace.gate.SourceTree;

/** The failed attempt's input, to read from and to commit on. */
public interface PatchSink {

    /** For plans without workspace: there are no files, and nothing can be committed. */
    static PatchSink none() {
        return NoWorkspace.FILES;
    }

    /** The files of the task's input commit; no files when the plan has no workspace. */
    SourceTree tree(Task task);

    /**
     * Commits the patch on top of the task's input: all of it or nothing.
     *
     * @return the commit, whose difference to its first parent is the patch
     */
    String commit(Task task, NormalisedPatch.Tree patch, String message);
}
