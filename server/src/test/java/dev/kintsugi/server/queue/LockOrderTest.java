package dev.kintsugi.server.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.queue.TaskStore.End;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Transactions over the same rows of the queue lock them in the same order. */
class LockOrderTest {
    private static final TestDatabase DB = TestDatabase.fresh();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int ROUNDS = 10;
    private static final int MANY = 250;

    private final TaskStore store =
            new PostgresTaskStore(new JdbcTemplate(DB.dataSource()), "home-1");

    @AfterAll
    static void close() {
        DB.close();
    }

    private static <T> T in(Supplier<T> work) {
        return DB.transactions().asSystem(work);
    }

    private void put(List<String> keys) {
        in(() -> {
            store.put(
                    keys.stream()
                            .map(key ->
                                    new QueuedTask(
                                            SampleTasks.task(key),
                                            QueueClass.IO,
                                            Priority.NORMAL,
                                            START,
                                            null))
                            .toList());
            return keys;
        });
    }

    private List<Lease> claimed() {
        var request = SampleTasks.request("w-1", null, QueueClass.IO, MANY);
        return in(() -> store.claim(request, START, START.plusSeconds(30))).stream()
                .map(LeasedTask::lease)
                .toList();
    }

    @Test
    void whoEndsTheSameLeasesInAnotherOrderNeverWaitsInARing() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var keys = new ArrayList<String>();
            for (var task = 0; task < MANY; task++) {
                keys.add("%d-%03d".formatted(round, task * 7 % MANY));
            }
            put(keys);
            var leases = claimed();
            var ended = new AtomicInteger();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var both = new CyclicBarrier(3);
                var all =
                        List.of(
                                threads.submit(() -> {
                                    both.await();
                                    return ended.addAndGet(
                                            in(() -> store.finish(leases, START, End.DONE)).size());
                                }),
                                threads.submit(() -> {
                                    both.await();
                                    var other = leases.reversed();
                                    return ended.addAndGet(
                                            in(() -> store.finish(other, START, End.LOST)).size());
                                }),
                                threads.submit(() -> {
                                    both.await();
                                    return in(() -> {
                                        store.cancel(keys, START);
                                        return keys.size();
                                    });
                                }));
                for (var one : all) {
                    one.get();
                }
            }

            assertThat(ended.get()).isLessThanOrEqualTo(MANY);
        }
    }

    @Test
    void aHeartbeatNeitherWaitsForALockedLeaseNorTellsItLost() throws Exception {
        put(List.of("locked", "free"));
        var leases = claimed();
        var locked = leases.stream().filter(one -> one.key().contains("locked")).toList();
        var until = START.plusSeconds(60);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var lost =
                    in(() -> {
                        assertThat(store.everLeased(List.of(locked.getFirst().key()))).hasSize(1);
                        return orFail(
                                threads.submit(
                                        () -> in(() -> store.renew("w-1", leases, START, until))));
                    });
            assertThat(lost).isEmpty();
        }

        var expired = in(() -> store.expire(START.plusSeconds(31), MANY));
        assertThat(expired).extracting(ended -> ended.task().key()).containsExactly("locked");
    }

    private static <T> T orFail(Future<T> answer) {
        try {
            return answer.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("the heartbeat waits for a lock", e);
        }
    }
}
