package dev.kintsugi.server.workspace;

import java.util.List;

/**
 * Commits patches that the gate let through, without a checkout: all of a patch or nothing. The
 * same patch on the same commit gives the same commit.
 */
public interface PatchCommits {

    /**
     * Commits whole files on top of an attempt's input.
     *
     * @param input the input commit the patch was made for
     * @return the patch's commit; ignored files of the input are in it too
     * @throws WorkspaceException when it does not apply or changes nothing
     */
    String apply(RunRepository run, String input, List<FileChange> changes, String message);
}
