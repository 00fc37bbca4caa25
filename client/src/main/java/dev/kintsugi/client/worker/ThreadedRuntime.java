package dev.kintsugi.client.worker;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker's threads in production: one virtual thread for each task and each call. */
public final class ThreadedRuntime implements Worker.Runtime, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ThreadedRuntime.class);

    /** Longest message of a failure that servers take. */
    private static final int MAX_MESSAGE = 2_000;

    private final Map<TaskKind, TaskHandler> handlers;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("worker-timer").factory());

    /**
     * @param handlers who does which kind
     */
    public ThreadedRuntime(Map<TaskKind, TaskHandler> handlers) {
        this.handlers = new TreeMap<>(handlers);
    }

    @Override
    public void execute(Runnable action) {
        try {
            threads.execute(() -> guarded(action));
        } catch (RejectedExecutionException _) {
            log.debug("the worker is closed: nothing new is begun");
        }
    }

    @Override
    public void schedule(Duration delay, Runnable action) {
        try {
            var _ = timer.schedule(() -> execute(action), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException _) {
            log.debug("the worker is closed: nothing new is begun");
        }
    }

    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            log.error("a worker's thread failed", e);
        }
    }

    @Override
    public void start(LeasedTask task, TaskContext context, Consumer<TaskResult> done) {
        execute(() -> {
            var handler = new Interruptible(Thread.currentThread());
            context.onCancel(handler::interrupt);
            TaskResult result;
            try {
                result = result(task, context);
            } finally {
                handler.ended();
            }
            done.accept(result);
        });
    }

    /** A handler's thread while the handler runs: what it does afterwards is not interrupted. */
    private static final class Interruptible {
        private final Thread thread;
        private boolean over;

        Interruptible(Thread thread) {
            this.thread = thread;
        }

        synchronized void interrupt() {
            if (!over) {
                thread.interrupt();
            }
        }

        synchronized void ended() {
            over = true;
            var _ = Thread.interrupted();
        }
    }

    private TaskResult result(LeasedTask task, TaskContext context) {
        try {
            var handler = handlers.get(task.task().kind());
            if (handler == null) {
                return failed("this worker has no handler for " + task.task().kind());
            }
            return handler.handle(task, context);
        } catch (InterruptedException _) {
            return failed("stopped: the work is no longer wanted");
        } catch (RuntimeException | Error e) {
            log.error("the handler of {} failed", task.task().key(), e);
            return failed("the worker failed on this task: " + e);
        }
    }

    private static TaskResult failed(String said) {
        var message = said.substring(0, Math.min(MAX_MESSAGE, said.length()));
        return new TaskResult.Failed(
                new Failure(
                        FailureCategory.UNKNOWN,
                        FailureClass.INFRA,
                        Severity.HIGH,
                        "worker-error",
                        "0000000000000003",
                        message,
                        false,
                        null,
                        new TreeMap<>()),
                null,
                TaskResult.Usage.NONE);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        threads.shutdownNow();
    }
}
