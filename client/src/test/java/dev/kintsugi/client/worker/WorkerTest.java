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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TaskResult DONE =
            new TaskResult.Done(null, null, List.of(), TaskResult.Usage.NONE);

    private final Server server = new Server();
    private final Threads threads = new Threads();
    private final Worker worker =
            new Worker(
                    new Worker.Settings(
                            "w",
                            null,
                            new TreeMap<>(java.util.Map.of(QueueClass.CPU, 1, QueueClass.IO, 1)),
                            new TreeSet<>(List.of(TaskKind.STEP)),
                            new TreeSet<>(),
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
    void asksForNoMoreAtOnceThanAnAnswerMayHold() {
        var settings =
                new Worker.Settings(
                        "wide",
                        null,
                        new TreeMap<>(java.util.Map.of(QueueClass.CPU, 900)),
                        new TreeSet<>(List.of(TaskKind.STEP)),
                        new TreeSet<>(),
                        900,
                        Duration.ofSeconds(10),
                        PATIENCE);
        new Worker(settings, server, threads).start();

        threads.runNext();

        assertThat(server.asked.getLast().max()).isEqualTo(256);
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
        assertThat(server.released).containsExactly("w left", "r:a:1 not started");
    }

    @Test
    void saysThatWhatItGivesBackWasBegun() {
        worker.start();
        server.gives(leased("r:a:1", QueueClass.CPU));
        threads.runNext();

        worker.stop("over");

        assertThat(server.released).containsExactly("w left", "r:a:1 started");
    }

    @Test
    void stopsTheOlderLeaseOfATaskThatIsGivenAgain() {
        worker.start();
        server.gives(leased("r:a:1", QueueClass.CPU, 1));
        threads.runNext();
        var first = threads.contexts.getLast();
        server.gives(leased("r:a:1", QueueClass.CPU, 2));

        threads.runNext();

        assertThat(first.cancelled()).isTrue();
        assertThat(threads.cancelledAtStart).containsExactly(true);
        assertThat(threads.contexts.getLast().cancelled()).isFalse();
        assertThat(worker.holding()).isEqualTo(1);
        threads.done.getFirst().accept(DONE); // of the older lease: nobody waits for it
        assertThat(server.completed).isEmpty();
        threads.finish("r:a:1");
        assertThat(server.completed).containsExactly(new Lease("r:a:1", 2));
    }

    @Test
    void stopsItsWorkWhenTheServerWasAwayForALease() {
        begin();
        var context = threads.contexts.getLast();
        threads.at(Duration.ofSeconds(10));
        worker.heartbeat();
        server.refusal = new IllegalStateException("nobody listens there");
        threads.at(Duration.ofSeconds(28)); // a heartbeat that hung for eight seconds
        worker.heartbeat();
        assertThat(threads.delays.getLast()).isEqualTo(Duration.ofSeconds(12));

        threads.at(Duration.ofSeconds(40).minusNanos(1));
        var check = threads.later.removeLast();
        check.run();
        assertThat(context.cancelled()).isFalse();
        threads.at(Duration.ofSeconds(40));
        check.run();

        assertThat(context.cancelled()).isTrue();
        assertThat(worker.holding()).isZero();
        assertThat(server.released).containsExactly("r:a:1 started");
    }

    @Test
    void goesOnWithWorkWhoseLeaseWasRenewedAfterAll() {
        begin();
        server.refusal = new IllegalStateException("nobody listens there");
        threads.at(Duration.ofSeconds(20));
        worker.heartbeat();
        var check = threads.later.removeLast();
        server.refusal = null;
        worker.heartbeat();

        threads.at(Duration.ofSeconds(30));
        check.run();

        assertThat(threads.contexts.getLast().cancelled()).isFalse();
        assertThat(worker.holding()).isOne();
    }

    @Test
    void saysOnceThatTheServerRefusesAResult() {
        begin();
        server.refusesReports = true;

        threads.finish("r:a:1");

        assertThat(server.reported).hasSize(2);
        assertThat(server.reported.getLast())
                .isInstanceOfSatisfying(
                        TaskResult.Failed.class,
                        failed ->
                                assertThat(failed.failure().message())
                                        .isEqualTo("the server refused the result: too long"));
        assertThat(worker.holding()).isZero();
        assertThat(server.released).containsExactly("r:a:1 started");
    }

    @Test
    void whatIsToldTwiceIsBegunOnce() {
        worker.start();
        server.gives(leased("r:a:1", QueueClass.CPU, 2));
        threads.runNext();
        server.gives(leased("r:a:1", QueueClass.CPU, 2));
        threads.runNext();

        assertThat(threads.contexts).hasSize(1);
        assertThat(threads.contexts.getFirst().cancelled()).isFalse();
        assertThat(server.released).isEmpty();
    }

    @Test
    void aLostLeaseStopsItsWorkAndItsResultIsNotReported() {
        begin();
        var stopped = new ArrayList<String>();
        threads.contexts.getFirst().onCancel(() -> stopped.add("stopped"));
        server.lost.add(new WorkerProtocol.LostLease(new Lease("r:a:1", 1), "expired"));

        worker.heartbeat();
        threads.finish("r:a:1");

        assertThat(stopped).containsExactly("stopped");
        assertThat(worker.holding()).isZero();
        assertThat(server.completed).isEmpty();
    }

    @Test
    void aStaleCompletionIsReportedOnceAndForgotten() {
        begin();
        server.refusal = new WorkerProtocol.StaleLeaseException(new Lease("r:a:1", 1));

        threads.finish("r:a:1");

        assertThat(worker.holding()).isZero();
        assertThat(threads.later).hasSize(1); // the heartbeat alone
        assertThat(server.completed).isEmpty();
    }

    @Test
    void aResultIsReportedAgainUntilTheServerHasIt() {
        begin();
        server.refusal = new IllegalStateException("not now");
        threads.finish("r:a:1");
        assertThat(worker.holding()).isEqualTo(1);
        threads.runLater();
        assertThat(server.completed).isEmpty();

        server.refusal = null;
        threads.runLater();

        assertThat(server.completed).containsExactly(new Lease("r:a:1", 1));
        assertThat(worker.holding()).isZero();
    }

    @Test
    void aReceiptIsHandedInOnceAndAgainBeforeTheEndWhenTheServerWasAway() {
        begin();
        var context = threads.contexts.getLast();

        server.refusal = new IllegalStateException("nobody listens there");
        context.receipt("ch_1\n");
        context.receipt("ch_2");
        assertThat(server.receipts).isEmpty();
        threads.finish("r:a:1"); // neither receipt nor end arrives
        server.refusal = null;
        threads.runLater();

        assertThat(server.receipts).containsExactly("ch_1");
        assertThat(server.completed).containsExactly(new Lease("r:a:1", 1));
    }

    @Test
    void aLogIsSentByOffsetAndAgainWhereTheServerDidNotTakeIt() {
        begin();
        var context = threads.contexts.getFirst();
        context.log(new byte[3]);
        server.refusal = new IllegalStateException("not now");
        context.log(new byte[4]);
        context.log(new byte[5]);
        assertThat(server.logged).containsExactly("0+3");

        server.refusal = null;
        threads.finish("r:a:1");

        assertThat(server.logged).containsExactly("0+3", "3+4", "7+5");
        assertThat(server.completed).hasSize(1);
    }

    @Test
    void aLogHasAGapWhereMoreWaitedThanIsKept() {
        begin();
        var context = threads.contexts.getFirst();
        server.refusal = new IllegalStateException("not now");
        context.log(new byte[HeldTask.MAX_UNSENT_BYTES]);
        context.log(new byte[10]);
        server.refusal = null;

        context.log(new byte[1]);

        assertThat(server.logged).containsExactly("0+" + HeldTask.MAX_UNSENT_BYTES);
        context.log(new byte[2]);
        assertThat(server.logged.getLast()).isEqualTo((HeldTask.MAX_UNSENT_BYTES + 11) + "+2");
    }

    private void begin() {
        worker.start();
        server.gives(leased("r:a:1", QueueClass.CPU));
        threads.runNext();
    }

    private static LeasedTask leased(String key, QueueClass queue) {
        return leased(key, queue, 1);
    }

    private static LeasedTask leased(String key, QueueClass queue, long token) {
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
        return new LeasedTask(task, queue, token, Instant.EPOCH);
    }

    /** A server that gives what it is told to, once. */
    private static final class Server implements WorkerProtocol {
        private final List<LeaseRequest> asked = new ArrayList<>();
        private final List<String> released = new ArrayList<>();
        private final List<LeasedTask> next = new ArrayList<>();
        private final List<Lease> completed = new ArrayList<>();
        private final List<LostLease> lost = new ArrayList<>();
        private final List<String> logged = new ArrayList<>();
        private final List<TaskResult> reported = new ArrayList<>();
        private boolean refusesReports;
        private final List<String> receipts = new ArrayList<>();
        private @Nullable RuntimeException refusal;

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
            refuse();
            return List.copyOf(lost);
        }

        @Override
        public List<LeasedTask> complete(Lease lease, TaskResult result, LeaseRequest next) {
            refuse();
            if (refusesReports) {
                reported.add(result);
                throw new RefusedReportException("too long", new IllegalArgumentException());
            }
            completed.add(lease);
            return List.of();
        }

        @Override
        public void release(String worker, Lease lease, boolean started, String reason) {
            released.add(lease.key() + (started ? " started" : " not started"));
        }

        @Override
        public void leave(String worker) {
            released.add(worker + " left");
        }

        @Override
        public void progress(String worker, Lease lease, String text) {}

        @Override
        public void receipt(Lease lease, String receipt) {
            refuse();
            receipts.add(receipt);
        }

        @Override
        public void log(Lease lease, long offset, byte[] bytes) {
            refuse();
            logged.add(offset + "+" + bytes.length);
        }

        private void refuse() {
            if (refusal != null) {
                throw refusal;
            }
        }
    }

    /** Threads that run when they are told to. */
    private static final class Threads implements Worker.Runtime {
        private final Deque<Runnable> queue = new ArrayDeque<>();
        private final TreeMap<String, Consumer<TaskResult>> running = new TreeMap<>();
        private final List<Runnable> later = new ArrayList<>();
        private final List<Duration> delays = new ArrayList<>();
        private Duration now = Duration.ZERO;
        private final List<Consumer<TaskResult>> done = new ArrayList<>();
        private final List<TaskContext> contexts = new ArrayList<>();

        /** Of each task that was begun after another: whether that one was stopped by then. */
        private final List<Boolean> cancelledAtStart = new ArrayList<>();

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
            Objects.requireNonNull(running.remove(key)).accept(DONE);
        }

        @Override
        public void execute(Runnable action) {
            queue.add(action);
        }

        @Override
        public void schedule(Duration delay, Runnable action) {
            later.add(action);
            delays.add(delay);
        }

        @Override
        public long nanos() {
            return now.toNanos();
        }

        void at(Duration time) {
            now = time;
        }

        /** What was scheduled last. */
        void runLater() {
            later.removeLast().run();
        }

        @Override
        public void start(LeasedTask task, TaskContext context, Consumer<TaskResult> done) {
            if (!contexts.isEmpty()) {
                cancelledAtStart.add(contexts.getLast().cancelled());
            }
            running.put(task.task().key(), done);
            this.done.add(done);
            contexts.add(context);
        }
    }
}
