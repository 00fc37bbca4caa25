/**
 * Tasks waiting for workers, and the leases under which workers have them. {@link
 * dev.kintsugi.server.queue.TaskQueue} is the server's side of the worker protocol.
 */
@NullMarked
package dev.kintsugi.server.queue;

import org.jspecify.annotations.NullMarked;
