package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;

/**
 * What a worker reports of a task, and what it would do next.
 *
 * @param next work it takes in the same breath; {@code max} 0 for none
 */
public record Completion(Lease lease, TaskResult result, LeaseRequest next) {}
