package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import java.util.ArrayList;
import java.util.List;

/** What a worker can take in one transaction. */
public final class Hand {
    private final LeaseRequest request;
    private final List<LeasedTask> given = new ArrayList<>();

    /**
     * @param request its slots and most tasks are the room there is
     */
    public Hand(LeaseRequest request) {
        this.request = request;
    }

    LeaseRequest request() {
        return request;
    }

    /** What it was given; to be told once the transaction is committed. */
    public List<LeasedTask> given() {
        return List.copyOf(given);
    }

    void give(LeasedTask task) {
        given.add(task);
    }

    /** Whether it offers what the task asks for, be there room or not. */
    boolean suits(Task task) {
        return suits(request, task);
    }

    static boolean suits(LeaseRequest request, Task task) {
        var agent = task.agent();
        var can =
                agent == null
                        ? request.kinds().contains(task.kind())
                        : request.agents().contains(agent);
        return can && (request.tenant() == null || request.tenant().equals(task.tenant()));
    }

    /** How many more tasks of the class it can take. */
    int room(QueueClass queue) {
        var ofClass = given.stream().filter(task -> task.queue() == queue).count();
        var left = Math.min(request.max(), request.slots().getOrDefault(queue, 0)) - ofClass;
        return (int) Math.min(left, request.max() - given.size());
    }
}
