package dev.kintsugi.server.workspace;

import org.jspecify.annotations.Nullable;

/**
 * One file as a change leaves it.
 *
 * @param path relative to the workspace, with {@code /}
 * @param content all of it; null when the file goes
 * @param executable whether it may be executed
 */
public record FileChange(String path, byte @Nullable [] content, boolean executable) {}
