/**
 * Workspaces on C git and JGit. Open {@link dev.kintsugi.server.workspace.git.GitServer} for the
 * server's side, {@link dev.kintsugi.server.workspace.git.GitCheckouts} for a worker's.
 */
@NullMarked
package dev.kintsugi.server.workspace.git;

import org.jspecify.annotations.NullMarked;
