/**
 * What steps wait for besides their needs: locks, semaphores and other runs. {@link
 * dev.kintsugi.server.waiting.Waits} gives them out in the order of asking, {@link
 * dev.kintsugi.server.waiting.Deadlocks} finds who can never go on.
 */
@NullMarked
package dev.kintsugi.server.waiting;

import org.jspecify.annotations.NullMarked;
