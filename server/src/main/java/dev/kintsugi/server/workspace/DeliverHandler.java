package dev.kintsugi.server.workspace;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import java.time.InstantSource;
import java.util.List;

/** Does tasks of kind DELIVER: hands mended work over as a branch. */
public final class DeliverHandler implements TaskHandler {
    private final Delivery delivery;
    private final InstantSource clock;

    public DeliverHandler(Delivery delivery, InstantSource clock) {
        this.delivery = delivery;
        this.clock = clock;
    }

    @Override
    public TaskResult handle(LeasedTask leased, TaskContext context) throws InterruptedException {
        var task = leased.task();
        var wanted = requireNonNull(task.delivery(), "task.delivery");
        return Handling.of(
                clock,
                usage -> {
                    var delivered = delivery.deliver(RunRepository.of(task), wanted);
                    return new TaskResult.Done(delivered.commit(), null, List.of(), usage.get());
                });
    }
}
