package dev.kintsugi.server.queue;

import static dev.kintsugi.server.queue.SampleTasks.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.server.queue.TaskStore.End;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What every store of tasks does with those that are dealt as they are put in. */
abstract class GivenTasksContract extends TaskStoreContract {
    @Test
    void aTaskIsGivenAsItIsPutIn() {
        put(QueueClass.IO, Priority.NORMAL, START, "waits", "lost");
        var lost = lease(leases(claim(QueueClass.IO, 2, START)), "lost");
        in(() -> store.finish(List.of(lost), START, End.LOST));

        var given = in(() -> store.give(gifts("waits", "lost", "new"), START, START.plus(LEASE)));

        assertThat(keys(given)).containsExactly("lost", "new");
        assertThat(given).extracting(LeasedTask::token).doesNotHaveDuplicates();
        assertThat(given).allSatisfy(one -> assertThat(one.token()).isGreaterThan(lost.token()));
        assertThat(in(() -> store.renew("w-2", leases(given), START, START.plus(LEASE)))).isEmpty();
        assertThat(in(() -> store.everLeased(List.of("new")))).containsExactly("new");
        assertThat(in(() -> store.expire(START.plus(LEASE), 10))).hasSize(3);
    }

    private static List<TaskStore.Gift> gifts(String... keys) {
        return Arrays.stream(keys)
                .map(key ->
                        new TaskStore.Gift(
                                new QueuedTask(
                                        task(key), QueueClass.IO, Priority.NORMAL, START, null),
                                "w-2"))
                .toList();
    }

    private static List<Lease> leases(List<LeasedTask> tasks) {
        return tasks.stream().map(LeasedTask::lease).toList();
    }

    @Test
    void tellsTheClassesInWhichSomethingWaitsAndHowManySlotsAreFree() {
        put(QueueClass.CPU, Priority.NORMAL, START, "now", "too");
        put(QueueClass.IO, Priority.NORMAL, START.plusSeconds(1), "later");
        var both = new TreeSet<>(List.of(QueueClass.CPU, QueueClass.IO, QueueClass.LLM));

        assertThat(in(() -> store.waiting(both, START))).containsExactly(QueueClass.CPU);
        assertThat(in(() -> store.waiting(both, START.plusSeconds(1))))
                .containsExactly(QueueClass.CPU, QueueClass.IO);
        claim(QueueClass.CPU, 2, START);
        assertThat(in(() -> store.waiting(both, START))).isEmpty();
        assertThat(in(() -> store.free(QueueClass.CPU))).isEqualTo(CPU_LIMIT - 2);
    }
}
