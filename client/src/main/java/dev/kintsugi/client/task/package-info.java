/**
 * Work as workers see it: {@link dev.kintsugi.client.task.WorkerProtocol} is the whole conversation
 * between a worker and a server, {@link dev.kintsugi.client.task.Task} one piece of work.
 */
@NullMarked
package dev.kintsugi.client.task;

import org.jspecify.annotations.NullMarked;
