package dev.kintsugi.server.queue;

import static dev.kintsugi.server.queue.SampleTasks.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DealerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int LIMIT = 3;
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final MemoryTransactions transactions = new MemoryTransactions();
    private final MemoryTaskStore store =
            new MemoryTaskStore(transactions, "here", new TreeMap<>(Map.of(QueueClass.CPU, LIMIT)));
    private final List<String> started = new CopyOnWriteArrayList<>();
    private final TaskQueue queue =
            new TaskQueue(transactions, store, new NoLogs(), new Heard(), () -> NOW);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    @Test
    void aRequestThatWaitsIsGivenTheTaskByWhoPutsItIn() throws Exception {
        var waiting = waiting("w", 2);

        put(queued("a"));

        assertThat(keys(waiting.get(10, TimeUnit.SECONDS))).containsExactly("a");
        assertThat(started).containsExactly("a by w");
        assertThat(store.depths().get(QueueClass.CPU)).isEqualTo(new TaskStore.Depth(0, 1));
    }

    @Test
    void tasksAreSpreadOverTheRequestsThatWait() throws Exception {
        var first = waiting("w-1", 2);
        var second = waiting("w-2", 2);

        put(queued("a"), queued("b"));

        assertThat(first.get(10, TimeUnit.SECONDS)).hasSize(1);
        assertThat(second.get(10, TimeUnit.SECONDS)).hasSize(1);
    }

    @Test
    void aRequestGoesOnWaitingWhenTheTransactionFails() throws Exception {
        var waiting = waiting("w", 1);

        assertThatThrownBy(() ->
                        transactions.asSystem(() -> {
                            queue.deal(List.of(queued("a")), List.of());
                            throw new IllegalStateException("on purpose");
                        }))
                .hasMessage("on purpose");
        assertThat(waiting).isNotDone();
        put(queued("b"));

        assertThat(keys(waiting.get(10, TimeUnit.SECONDS))).containsExactly("b");
    }

    @Test
    void aFreedSlotIsFilledWhereverTheLimitIs() {
        var hands = List.of(hand("w", null), hand("w", null), hand("w", null), hand("w", null));

        deal(hands, queued("a"), queued("b"), queued("c"), queued("d"));

        assertThat(hands).allSatisfy(hand -> assertThat(hand.given()).hasSize(1));
    }

    @Test
    void theClassesLimitHoldsForRequestsThatWait() throws Exception {
        deal(List.of(hand("w", null), hand("w", null)), queued("a"), queued("b"));
        var waiting = waiting("w", 5);

        put(queued("c"), queued("d"));

        assertThat(waiting.get(10, TimeUnit.SECONDS)).hasSize(1);
        assertThat(store.depths().get(QueueClass.CPU)).isEqualTo(new TaskStore.Depth(1, LIMIT));
    }

    @Test
    void whatWaitsAlreadyGoesFirst() {
        put(queued("old"));
        var hand = hand("w", null);

        deal(List.of(hand), queued("new"));

        assertThat(keys(hand.given())).containsExactly("old");
    }

    @Test
    void aTaskForLaterOrForAnotherHomeOrAnotherTenantIsNotDealt() {
        var later =
                new QueuedTask(
                        task("later"), QueueClass.CPU, Priority.NORMAL, NOW.plusSeconds(1), null);
        var elsewhere =
                new QueuedTask(task("else"), QueueClass.CPU, Priority.NORMAL, NOW, "elsewhere");
        var ours = hand("w", null);
        var theirs = hand("t", "another");

        deal(List.of(ours, theirs), later, elsewhere);
        deal(List.of(theirs), queued("a"));

        assertThat(ours.given()).isEmpty();
        assertThat(theirs.given()).isEmpty();
        assertThat(store.depths().get(QueueClass.CPU)).isEqualTo(new TaskStore.Depth(3, 0));
    }

    @Test
    void theMostUrgentIsDealtToTheOnlyHandThatIsLeft() {
        var low = new QueuedTask(task("low"), QueueClass.CPU, Priority.LOW, NOW, null);
        var high = new QueuedTask(task("high"), QueueClass.CPU, Priority.HIGH, NOW, null);
        var hand = hand("w", null);

        deal(List.of(hand), low, high);

        assertThat(keys(hand.given())).containsExactly("high");
    }

    @Test
    void whereThereAreTooFewHandsNoTenantGetsAllOfThem() {
        var hands = List.of(hand("w", null), hand("w", null));

        deal(hands, of("a", "a1"), of("a", "a2"), of("a", "a3"), of("b", "b1"));

        assertThat(hands)
                .flatExtracting(Hand::given)
                .extracting(given -> given.task().tenant())
                .containsExactlyInAnyOrder("a", "b");
    }

    private static QueuedTask of(String tenant, String key) {
        var plain = task(key);
        var task =
                new Task(
                        key,
                        plain.run(),
                        tenant,
                        key,
                        1,
                        key,
                        TaskKind.STEP,
                        null,
                        null,
                        plain.network(),
                        plain.outputs(),
                        null,
                        null,
                        null);
        return new QueuedTask(task, QueueClass.CPU, Priority.NORMAL, NOW, null);
    }

    @Test
    void aWorkerThatLeavesIsGivenNothing() throws Exception {
        var waiting = waiting("w", 1);

        queue.leave("w");
        put(queued("a"));

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEmpty();
        assertThat(store.depths().get(QueueClass.CPU)).isEqualTo(new TaskStore.Depth(1, 0));
    }

    @Test
    void whatIsPutInAfterALookInVainIsFoundByTheNext() {
        var request = request("w", null, 1, Duration.ofMillis(30));

        assertThat(queue.lease(request)).isEmpty();
        put(queued("a"));
        assertThat(keys(queue.lease(request))).containsExactly("a");
        assertThat(queue.lease(request)).isEmpty();
        put(queued("b"));

        assertThat(keys(queue.lease(request))).containsExactly("b");
    }

    private Future<List<LeasedTask>> waiting(String worker, int max) {
        var request = request(worker, null, max, PATIENT);
        int before = queue.waiting();
        var asked = threads.submit(() -> queue.lease(request));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> queue.waiting() > before);
        return asked;
    }

    private void put(QueuedTask... tasks) {
        deal(List.of(), tasks);
    }

    private void deal(List<Hand> hands, QueuedTask... tasks) {
        transactions.asSystem(() -> {
            queue.deal(Arrays.asList(tasks), hands);
            return tasks;
        });
    }

    private static QueuedTask queued(String key) {
        return new QueuedTask(task(key), QueueClass.CPU, Priority.NORMAL, NOW, null);
    }

    private static Hand hand(String worker, @Nullable String tenant) {
        return new Hand(request(worker, tenant, 1, Duration.ZERO));
    }

    private static LeaseRequest request(
            String worker, @Nullable String tenant, int max, Duration patience) {
        var slots = new TreeMap<QueueClass, Integer>();
        slots.put(QueueClass.CPU, max);
        return new LeaseRequest(
                worker,
                tenant,
                slots,
                new TreeSet<>(List.of(TaskKind.STEP)),
                new TreeSet<>(),
                max,
                patience);
    }

    private static List<String> keys(List<LeasedTask> tasks) {
        return tasks.stream().map(leased -> leased.task().key()).toList();
    }

    private final class Heard implements TaskOutcome {
        @Override
        public void started(Task task, String worker) {
            started.add(task.key() + " by " + worker);
        }

        @Override
        public List<LeasedTask> completed(Completion completion) {
            return new ArrayList<>();
        }

        @Override
        public void lost(TaskStore.Ended lease, boolean started, String reason) {}
    }

    private static final class NoLogs implements StepLogs {
        @Override
        public void append(String tenant, Lease lease, long offset, byte[] bytes) {}

        @Override
        public byte[] read(String tenant, String key, long offset, int max) {
            return new byte[0];
        }

        @Override
        public OptionalInt latest(String tenant, String keyPrefix) {
            return OptionalInt.empty();
        }
    }
}
