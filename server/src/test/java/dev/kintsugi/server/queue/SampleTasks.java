package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Step.Priority;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.WorkerProtocol.LeaseRequest;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tasks, and requests for them, as tests need them. */
final class SampleTasks {
    private SampleTasks() {}

    static Task task(String key, Work work) {
        var step =
                new Step(
                        key,
                        work,
                        QueueClass.CPU,
                        Priority.NORMAL,
                        List.of(),
                        Duration.ofMinutes(1),
                        new TreeMap<>(),
                        null,
                        Step.Effects.IDEMPOTENT,
                        List.of(),
                        null,
                        List.of(),
                        null);
        var plain = task(key);
        return new Task(
                key,
                plain.run(),
                plain.tenant(),
                plain.step(),
                1,
                plain.effectKey(),
                TaskKind.STEP,
                step,
                null,
                plain.network(),
                plain.outputs(),
                null,
                null,
                null);
    }

    static Task task(String key) {
        return new Task(
                key,
                "r-1",
                "default",
                key,
                1,
                key,
                TaskKind.STEP,
                null,
                null,
                Gate.Network.FULL,
                new TreeMap<>(),
                null,
                null,
                null);
    }

    static LeaseRequest request(String worker, @Nullable String tenant, QueueClass queue, int max) {
        var slots = new TreeMap<QueueClass, Integer>();
        slots.put(queue, max);
        var kinds = new TreeSet<>(List.of(TaskKind.STEP));
        return new LeaseRequest(worker, tenant, slots, kinds, new TreeSet<>(), max, Duration.ZERO);
    }
}
