package dev.kintsugi.server.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.server.platform.BlocksRead;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.queue.TaskStore.End;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Each connection keeps the plans that it made while the queue was all but empty, and a burst meets
 * them: what a statement reads must still grow with what it takes, not with what is there.
 */
class PlannedOnAnEmptyQueueTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String QUEUE = "mb_v4_queue_lease";

    /** After so many times a plan is kept: the driver's 5, then the database's 5. */
    private static final int UNTIL_PLANS_ARE_KEPT = 12;

    private static final int BURST = 900;
    private static final int TAKEN = 300;

    /** For a task that is taken: its row, old and new, and its entries in five indexes. */
    private static final int BLOCKS_FOR_EACH = 20;

    private final TestDatabase database = TestDatabase.fresh();
    private final TaskStore store =
            new PostgresTaskStore(new JdbcTemplate(database.dataSource()), "home");

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aClaimReadsWhatItTakes() {
        var blocks = afterQuiet(_ -> {});

        assertThat(blocks.claim()).isLessThan(TAKEN * BLOCKS_FOR_EACH);
    }

    @Test
    void wordsOfProgressReadTheirTasks() {
        var blocks =
                afterQuiet(leased ->
                        store.progress(
                                "w-1",
                                leased.stream()
                                        .collect(
                                                Collectors.toMap(
                                                        one ->
                                                                new Lease(
                                                                        one.task().key(),
                                                                        one.token()),
                                                        _ -> "half done"))));

        assertThat(blocks.then()).isLessThan(TAKEN * BLOCKS_FOR_EACH);
    }

    private record Blocks(long claim, long then) {}

    /** In one transaction, thus on one connection. */
    private Blocks afterQuiet(Consumer<List<LeasedTask>> then) {
        database.asOwner("vacuum (analyze) " + QUEUE);
        return database.transactions()
                .asSystem(() -> {
                    limit();
                    for (int i = 0; i < UNTIL_PLANS_ARE_KEPT; i++) {
                        put("quiet-" + i, 1);
                        var leased = claim(1);
                        then.accept(leased);
                        store.finish(
                                leased.stream()
                                        .map(one -> new Lease(one.task().key(), one.token()))
                                        .toList(),
                                NOW,
                                End.DONE);
                    }
                    put("burst", BURST);
                    long begin = read();
                    var leased = claim(TAKEN);
                    assertThat(leased).hasSize(TAKEN);
                    long claimed = read();
                    then.accept(leased);
                    return new Blocks(claimed - begin, read() - claimed);
                });
    }

    private void limit() {
        database.jdbc().sql("update queue_class set max_leased = 2000").update();
    }

    private void put(String name, int many) {
        store.put(
                IntStream.range(0, many)
                        .mapToObj(i ->
                                new QueuedTask(
                                        SampleTasks.task(name + "-" + i),
                                        QueueClass.CPU,
                                        Priority.NORMAL,
                                        NOW,
                                        null))
                        .toList());
    }

    private List<LeasedTask> claim(int many) {
        return store.claim(
                SampleTasks.request("w-1", null, QueueClass.CPU, many), NOW, NOW.plusSeconds(30));
    }

    private long read() {
        return BlocksRead.of(QUEUE, database.jdbc());
    }
}
