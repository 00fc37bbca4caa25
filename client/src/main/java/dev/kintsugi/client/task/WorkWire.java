package dev.kintsugi.client.task;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.WorkerProtocol.LostLease;
import dev.kintsugi.healing.FailureClass;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The {@link WorkerProtocol} as JSON over HTTP, under {@code /api/v1/work}. */
public final class WorkWire {
    private WorkWire() {}

    /**
     * {@code POST register}: says what a worker offers, so that people see it before it works.
     * {@code lease} does the same by itself, without the labels.
     *
     * @param worker the worker's id, 1 to 100 characters
     * @param slots how many tasks of each class it does at once
     * @param agents agents it offers
     * @param labels what else is to be known of it, at most 20
     * @param capacity most tasks at once, 1 to 1,000
     */
    public record Offer(
            String worker,
            SortedMap<QueueClass, Integer> slots,
            SortedSet<String> agents,
            SortedMap<String, String> labels,
            int capacity) {
        public Offer {
            slots = mapped(slots);
            agents = sorted(agents);
            labels = mapped(labels);
        }
    }

    /**
     * What {@code register} answers.
     *
     * @param leaseMs how long a lease holds without a heartbeat
     */
    public record Terms(long leaseMs) {}

    /**
     * {@code POST lease}: asks for work.
     *
     * @param worker the worker's id, 1 to 100 characters
     * @param slots how many tasks of each class it has room for
     * @param kinds of {@code step}, {@code recheck} and {@code undo}: commands and HTTP calls it
     *     would do; none when missing
     * @param agents agents it offers; none when missing
     * @param max most tasks wanted, 1 to 256; as many as there are slots when missing
     * @param patienceMs how long to wait for work, 0 to 30,000; not at all when missing
     */
    public record Asked(
            String worker,
            SortedMap<QueueClass, Integer> slots,
            SortedSet<TaskKind> kinds,
            SortedSet<String> agents,
            @Nullable Integer max,
            @Nullable Long patienceMs) {
        public Asked {
            slots = mapped(slots);
            kinds = sorted(kinds);
            agents = sorted(agents);
        }
    }

    /** What {@code lease} and {@code complete} answer: tasks that are the worker's now. */
    public record Given(List<Handed> tasks) {
        public Given {
            tasks = List.copyOf(tasks);
        }
    }

    /**
     * A task in the worker's hands.
     *
     * @param lease names the lease in every call about it
     * @param expiresAt when it ends unless a heartbeat renews it
     * @param proof shows the server's Git that the lease was given: for checkouts
     * @param input what the agent gets, references filled in; null when the task is for no agent
     */
    public record Handed(
            Lease lease,
            Instant expiresAt,
            QueueClass queue,
            String proof,
            Task task,
            @Nullable JsonNode input) {}

    /**
     * {@code POST heartbeat}: renews leases, at most 1,000.
     *
     * @param progress by the lease's key: how far its work is, at most 200 characters; nothing when
     *     missing
     */
    public record Beat(String worker, List<Lease> leases, Map<String, String> progress) {
        public Beat {
            leases = leases == null ? List.of() : List.copyOf(leases);
            progress = progress == null ? Map.of() : Map.copyOf(progress);
        }
    }

    /** What {@code heartbeat} answers: leases whose work is not to go on. */
    public record Lost(List<LostLease> lost) {
        public Lost {
            lost = List.copyOf(lost);
        }
    }

    /**
     * {@code POST complete}: reports how a task ended, by one of {@code result} and {@code answer}.
     *
     * @param result in full
     * @param answer an agent's, in short
     * @param next what the worker would do next, in the same breath; null for nothing
     * @param receipt as {@link HandedIn} has it, when it was not handed in before; null for none
     */
    public record Reported(
            Lease lease,
            @Nullable TaskResult result,
            @Nullable Answer answer,
            @Nullable Asked next,
            @Nullable String receipt) {}

    /**
     * {@code POST receipt}: what the outside system answered to a step with {@code effects: once}.
     *
     * @param receipt 1 to 1,000 characters
     */
    public record HandedIn(Lease lease, String receipt) {}

    /**
     * What an agent has to say at the end: an output or an error.
     *
     * @param output a JSON object of at most 1 MiB, which later steps read; a number {@code
     *     cost_usd} in it counts as money spent, also beside an error
     * @param error what went wrong, in words; it is classified as a command's output is
     * @param failureClass what kind of failure it is; null to have the error tell
     * @param durationMs how long it took; null when nobody looked
     * @param artifacts hashes of files that were put before, by name; null for none
     */
    public record Answer(
            @Nullable JsonNode output,
            @Nullable String error,
            @Nullable FailureClass failureClass,
            @Nullable Long durationMs,
            @Nullable SortedMap<String, String> artifacts) {}

    /** {@code POST leave}: takes no more work. */
    public record Leaving(String worker) {}

    /**
     * {@code POST release}: gives a task back.
     *
     * @param started false only when its work was not begun
     */
    public record GivenBack(String worker, Lease lease, boolean started, String reason) {}

    /** {@code POST log}: adds to an attempt's log; the bytes in Base64, at most 1 MiB. */
    public record Logged(Lease lease, long offset, byte[] bytes) {}

    /** What {@code PUT blobs} answers: the content's SHA-256 in hexadecimal. */
    public record Stored(String hash) {}

    private static <K, V> SortedMap<K, V> mapped(@Nullable SortedMap<K, V> given) {
        return Collections.unmodifiableSortedMap(
                given == null ? new TreeMap<>() : new TreeMap<>(given));
    }

    private static <T> SortedSet<T> sorted(@Nullable SortedSet<T> given) {
        return Collections.unmodifiableSortedSet(
                given == null ? new TreeSet<>() : new TreeSet<>(given));
    }
}
