package dev.kintsugi.client.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadedRuntimeTest {
    private static final TaskResult NONE =
            new TaskResult.PatchNotFound(java.util.List.of(), TaskResult.Usage.NONE);

    @Test
    void aCancelAfterTheHandlerEndedDoesNotInterruptTheReport() throws Exception {
        var context = new Context();
        var interrupted = new CompletableFuture<Boolean>();
        try (var runtime = new ThreadedRuntime(Map.of(TaskKind.STEP, (_, _) -> NONE))) {

            runtime.start(
                    leased(),
                    context,
                    _ -> {
                        context.cancel();
                        interrupted.complete(Thread.currentThread().isInterrupted());
                    });

            assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void aCancelInterruptsTheHandler() throws Exception {
        var context = new Context();
        var begun = new CountDownLatch(1);
        var result = new CompletableFuture<TaskResult>();
        TaskHandler waits =
                (_, _) -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                    return NONE;
                };
        try (var runtime = new ThreadedRuntime(Map.of(TaskKind.STEP, waits))) {
            runtime.start(leased(), context, result::complete);
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

            context.cancel();

            assertThat(result.get(10, TimeUnit.SECONDS)).isInstanceOf(TaskResult.Failed.class);
        }
    }

    private static LeasedTask leased() {
        var task =
                new Task(
                        "r:a:1",
                        "r",
                        "default",
                        "a",
                        1,
                        "r:a:0",
                        TaskKind.STEP,
                        null,
                        null,
                        Gate.Network.FULL,
                        new TreeMap<>(),
                        null,
                        null,
                        null);
        return new LeasedTask(task, QueueClass.CPU, 1, Instant.EPOCH);
    }

    private static final class Context implements TaskContext {
        private Runnable action = () -> {};

        void cancel() {
            action.run();
        }

        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public void onCancel(Runnable action) {
            this.action = action;
        }

        @Override
        public void log(byte[] bytes) {}
    }
}
