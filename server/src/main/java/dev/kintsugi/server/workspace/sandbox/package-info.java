/**
 * Runs a step's commands where they can harm nothing but their own checkout, and leaves no process
 * behind. Start at {@link dev.kintsugi.server.workspace.sandbox.Sandbox}.
 */
@NullMarked
package dev.kintsugi.server.workspace.sandbox;

import org.jspecify.annotations.NullMarked;
