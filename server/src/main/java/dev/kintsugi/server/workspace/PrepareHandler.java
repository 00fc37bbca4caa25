package dev.kintsugi.server.workspace;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import java.time.InstantSource;

/** Does tasks of kind PREPARE: brings the run's repository in. */
public final class PrepareHandler implements TaskHandler {
    private final Repositories repositories;
    private final InstantSource clock;

    public PrepareHandler(Repositories repositories, InstantSource clock) {
        this.repositories = repositories;
        this.clock = clock;
    }

    @Override
    public TaskResult handle(LeasedTask leased, TaskContext context) throws InterruptedException {
        var task = leased.task();
        var workspace = requireNonNull(task.workspace(), "task.workspace");
        return Handling.of(
                clock,
                usage -> {
                    var prepared =
                            task.origin() == null
                                    ? repositories.prepare(RunRepository.of(task), workspace)
                                    : repositories.prepare(
                                            RunRepository.of(task), workspace, task.origin());
                    return new TaskResult.Done(
                            prepared.baseCommit(), null, prepared.remarks(), usage.get());
                });
    }
}
