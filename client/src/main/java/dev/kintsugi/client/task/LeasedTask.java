package dev.kintsugi.client.task;

import dev.kintsugi.client.plan.Step.QueueClass;
import java.time.Instant;

/**
 * A task in a worker's hands.
 *
 * @param task the work
 * @param queue the class of queue it came from
 * @param token the fencing token: every call about this lease carries it, and a stale one is
 *     refused
 * @param expiresAt when the lease ends unless a heartbeat renews it
 */
public record LeasedTask(Task task, QueueClass queue, long token, Instant expiresAt) {
    public Lease lease() {
        return new Lease(task.key(), token);
    }

    /** What names a lease. */
    public record Lease(String key, long token) {}
}
