package dev.kintsugi.client.worker;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.time.TimeAndChance;
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

    @Override
    public long nanos() {
        return TimeAndChance.real().ticker().nanos();
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
                return WorkerError.of(
                        "this worker has no handler for " + task.task().kind(), Usage.NONE);
            }
            return handler.handle(task, context);
        } catch (InterruptedException _) {
            return WorkerError.of("stopped: the work is no longer wanted", Usage.NONE);
        } catch (RuntimeException | Error e) {
            log.error("the handler of {} failed", task.task().key(), e);
            return WorkerError.of("the worker failed on this task: " + e, Usage.NONE);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        threads.shutdownNow();
    }
}
