package dev.kintsugi.server.app;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.client.worker.ThreadedRuntime;
import dev.kintsugi.client.worker.Worker;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.workspace.sandbox.Orphans;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The worker inside the server: the same loop as any other's, on the same protocol. It starts after
 * the web server, because it fetches workspaces over HTTP, and stops first, giving its leases back.
 */
final class LocalWorker implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LocalWorker.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int IO_SLOTS = 8;
    private static final int LLM_SLOTS = 4;

    private final TaskQueue queue;
    private final String id;
    private final Path attempts;
    private final ThreadedRuntime runtime;
    private final Worker worker;
    private volatile boolean running;

    /**
     * @param tenant the only tenant whose work it does; null for all
     */
    LocalWorker(
            TaskQueue queue,
            String id,
            @Nullable String tenant,
            Map<TaskKind, TaskHandler> handlers,
            Path attempts) {
        this.queue = queue;
        this.id = id;
        this.attempts = attempts;
        runtime = new ThreadedRuntime(handlers);
        var slots = slots(Runtime.getRuntime().availableProcessors());
        var capacity = slots.values().stream().mapToInt(Integer::intValue).sum();
        worker =
                new Worker(
                        new Worker.Settings(
                                id,
                                tenant,
                                slots,
                                new TreeSet<>(handlers.keySet()),
                                new TreeSet<>(),
                                capacity,
                                TaskQueue.LEASE.dividedBy(3),
                                PATIENCE),
                        queue,
                        runtime);
        queue.onCancelled(() -> runtime.execute(worker::heartbeat));
    }

    private static SortedMap<QueueClass, Integer> slots(int processors) {
        var slots = new TreeMap<QueueClass, Integer>();
        slots.put(QueueClass.CPU, processors);
        slots.put(QueueClass.IO, IO_SLOTS);
        slots.put(QueueClass.LLM, LLM_SLOTS);
        slots.put(QueueClass.HIGH, processors);
        slots.put(QueueClass.LOW, 1);
        return slots;
    }

    @Override
    public void start() {
        try {
            Files.createDirectories(attempts);
            var reaped = Orphans.reap(attempts);
            if (!reaped.isEmpty()) {
                log.info("ended what a killed worker left behind: {}", reaped);
            }
        } catch (IOException e) {
            log.warn("cannot look for what a killed worker left behind in {}", attempts, e);
        }
        // one server holds the home, so a lease of its worker is of one that no longer lives
        var taken = queue.takeBack(id, "the worker was restarted");
        if (taken > 0) {
            log.info("took {} task(s) back from before the restart", taken);
        }
        worker.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        worker.stop("the server stops");
        runtime.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
