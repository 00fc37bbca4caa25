package dev.kintsugi.server.workspace.git;

import java.nio.file.Path;
import java.util.List;

/**
 * Where one attempt works.
 *
 * @param path its files
 * @param repository the run's repository on this worker
 * @param gitDir git's own notes about these files, out of the step's reach
 * @param input what was checked out
 * @param caches its warm folders, relative to {@code path}
 */
record Worktree(Path path, Path repository, Path gitDir, InputReply input, List<Path> caches) {}
