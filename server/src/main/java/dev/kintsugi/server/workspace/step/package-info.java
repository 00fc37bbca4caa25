/**
 * Does the tasks that any worker may do: attempts, rechecks and compensations of steps. Start at
 * {@link dev.kintsugi.server.workspace.step.StepHandler}.
 */
@NullMarked
package dev.kintsugi.server.workspace.step;

import org.jspecify.annotations.NullMarked;
