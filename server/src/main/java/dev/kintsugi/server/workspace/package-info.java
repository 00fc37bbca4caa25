/**
 * Git workspaces of runs: bring a repository in, merge inputs, check out, capture, deliver. Open
 * {@link dev.kintsugi.server.workspace.Inputs} first; docs/decisions/0020 explains the commits.
 */
@NullMarked
package dev.kintsugi.server.workspace;

import org.jspecify.annotations.NullMarked;
