package dev.kintsugi.server.workspace.git;

/**
 * The server's answer to a worker that asks for its input.
 *
 * @param commit what to check out
 * @param source the same for all runs on the same source; names warm folders
 */
record InputReply(String commit, String source) {}
