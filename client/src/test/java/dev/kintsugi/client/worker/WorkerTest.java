package dev.kintsugi.client.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Server server = new Server();
    private final Threads threads = new Threads();
    private final Worker worker =
            new Worker(
                    new Worker.Settings(
                            "w",
                            null,
                            new TreeMap<>(java.util.Map.of(QueueClass.CPU, 1, QueueClass.IO, 1)),
                            new TreeSet<>(List.of(TaskKind.STEP)),
                            2,
                            Duration.ofSeconds(10),
                            PATIENCE),
                    server,
                    threads);

    @Test
    void asksAtOnceForWhatBecomesFreeWhileALongRequestWaits() {
        worker.start();
        server.gives(leased("r:a:1", QueueClass.CPU));
        threads.runNext(); // asks for both classes and gets a task
        assertThat(threads.queued()).isEqualTo(1); // the long request for io alone
        assertThat(worker.holding()).isEqualTo(1);

        threads.finish("r:a:1");

        threads.runLast();
        assertThat(server.asked.getLast().slots()).containsOnlyKeys(QueueClass.CPU);
        assertThat(server.asked.getLast().patience()).isLessThan(PATIENCE);
    }

    @Test
    void goesBackToOneLongRequestOnceTheShortOneIsOver() {
        asksAtOnceForWhatBecomesFreeWhileALongRequestWaits();

        threads.runNext(); // the long one comes back empty while the short one is out again
        threads.runNext();

        assertThat(threads.queued()).isEqualTo(1);
        threads.runNext();
        assertThat(server.asked.getLast().slots()).containsOnlyKeys(QueueClass.CPU, QueueClass.IO);
        assertThat(server.asked.getLast().patience()).isEqualTo(PATIENCE);
    }

    @Test
    void givesBackWhatComesAfterItsStop() {
        worker.start();
        worker.stop("over");
        server.gives(leased("r:a:1", QueueClass.CPU));

        threads.runNext();

        assertThat(worker.holding()).isZero();
        assertThat(server.released).containsExactly("r:a:1 not started");
    }

    @Test
    void saysThatWhatItGivesBackWasBegun() {
        worker.start();
        server.gives(leased("r:a:1", QueueClass.CPU));
        threads.runNext();

        worker.stop("over");

        assertThat(server.released).containsExactly("r:a:1 started");
    }

    private static LeasedTask leased(String key, QueueClass queue) {
        var task =
                new Task(
                        key,
                        "r",
                        "default",
                        "a",
                        1,
                        "r:a:1",
                        TaskKind.STEP,
                        null,
                        null,
                        Gate.Network.FULL,
                        new TreeMap<>(),
                        null,
                        null,
                        null);
        return new LeasedTask(task, queue, 1, Instant.EPOCH);
    }

    /** A server that gives what it is told to, once. */
    private static final class Server implements WorkerProtocol {
        private final List<LeaseRequest> asked = new ArrayList<>();
        private final List<String> released = new ArrayList<>();
        private final List<LeasedTask> next = new ArrayList<>();

        void gives(LeasedTask task) {
            next.add(task);
        }

        @Override
        public List<LeasedTask> lease(LeaseRequest request) {
            asked.add(request);
            var given = List.copyOf(next);
            next.clear();
            return given;
        }

        @Override
        public List<LostLease> heartbeat(String worker, List<Lease> leases) {
            return List.of();
        }

        @Override
        public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
            return List.of();
        }

        @Override
        public void release(String worker, Lease lease, boolean started, String reason) {
            released.add(lease.key() + (started ? " started" : " not started"));
        }

        @Override
        public void log(Lease lease, long offset, byte[] bytes) {}
    }

    /** Threads that run when they are told to; what is scheduled for later never comes. */
    private static final class Threads implements Worker.Runtime {
        private final Deque<Runnable> queue = new ArrayDeque<>();
        private final TreeMap<String, Consumer<TaskResult>> running = new TreeMap<>();

        int queued() {
            return queue.size();
        }

        void runNext() {
            queue.removeFirst().run();
        }

        void runLast() {
            queue.removeLast().run();
        }

        void finish(String key) {
            Objects.requireNonNull(running.remove(key))
                    .accept(new TaskResult.Done(null, null, List.of(), TaskResult.Usage.NONE));
        }

        @Override
        public void execute(Runnable action) {
            queue.add(action);
        }

        @Override
        public void schedule(Duration delay, Runnable action) {}

        @Override
        public void start(LeasedTask task, TaskContext context, Consumer<TaskResult> done) {
            running.put(task.task().key(), done);
        }
    }
}
