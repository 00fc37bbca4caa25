package dev.kintsugi.client.worker;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.WorkConnection;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.WorkWire.Offer;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Offers functions of this program to plans as agents. It asks the server for work, so nothing
 * needs to reach this program. A call whose worker dies is made again by another worker after the
 * lease of 30 s, unless its step says {@code effects: once}.
 *
 * <pre>{@code
 * try (var worker = AgentWorker.on(URI.create("http://127.0.0.1:8787"), key)
 *         .offer("reviewer", call -> Map.of("verdict", review(call.input().path("diff").asString())))
 *         .start()) {
 *     worker.await();
 * }
 * }</pre>
 */
public final class AgentWorker implements AutoCloseable {
    /** Calls done at once unless {@link Builder#capacity} says otherwise. */
    public static final int DEFAULT_CAPACITY = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final WorkConnection server;
    private final ThreadedRuntime runtime;
    private final Worker worker;

    private AgentWorker(WorkConnection server, ThreadedRuntime runtime, Worker worker) {
        this.server = server;
        this.runtime = runtime;
        this.worker = worker;
    }

    /**
     * Begins to describe a worker.
     *
     * @param server as for {@link KintsugiClient#of}
     * @param key an API key with the scope {@code work}; calls are those of its tenant
     */
    public static Builder on(URI server, String key) {
        return new Builder(server, key);
    }

    /** What is offered, and how much of it at once. */
    public static final class Builder {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
        private static final int MAX_CAPACITY = 1_000;

        private final URI server;
        private final String key;
        private final Map<String, Agent> agents = new TreeMap<>();
        private final SortedMap<String, String> labels = new TreeMap<>();
        private String id = machine() + "-" + ProcessHandle.current().pid();
        private int capacity = DEFAULT_CAPACITY;

        private Builder(URI server, String key) {
            this.server = server;
            this.key = key;
        }

        private static String machine() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException _) {
                return "worker";
            }
        }

        /**
         * Offers an agent.
         *
         * @param name 1 to 64 letters, digits, dots, dashes and underscores
         * @throws IllegalArgumentException when the name is none, or offered already
         */
        public Builder offer(String name, Agent agent) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "name must be 1 to 64 letters, digits, dots, dashes and underscores, was \"%s\""
                                .formatted(name));
            }
            if (agents.putIfAbsent(name, agent) != null) {
                throw new IllegalArgumentException("agent %s is offered twice".formatted(name));
            }
            return this;
        }

        /** How many calls are done at once, in [1, 1000]; 8 unless it is said. */
        public Builder capacity(int most) {
            if (most < 1 || most > MAX_CAPACITY) {
                throw new IllegalArgumentException(
                        "capacity must be in [1, %d], was %d".formatted(MAX_CAPACITY, most));
            }
            capacity = most;
            return this;
        }

        /** Names the worker, 1 to 100 characters; its machine and process unless it is said. */
        public Builder id(String name) {
            id = name;
            return this;
        }

        /** Tells people something about the worker; at most 20 labels. */
        public Builder label(String name, String value) {
            labels.put(name, value);
            return this;
        }

        /**
         * Begins to work.
         *
         * @throws IllegalStateException when nothing is offered
         * @throws ApiException when the server cannot be reached or does not take the key
         */
        public AgentWorker start() {
            if (agents.isEmpty()) {
                throw new IllegalStateException("offer an agent first");
            }
            var slots = new TreeMap<QueueClass, Integer>();
            for (var queue : QueueClass.values()) {
                slots.put(queue, capacity);
            }
            var names = new TreeSet<>(agents.keySet());
            var connection = KintsugiClient.work(server, key);
            Duration lease;
            try {
                var terms = connection.register(new Offer(id, slots, names, labels, capacity));
                lease = Duration.ofMillis(terms.leaseMs());
            } catch (ApiException e) {
                connection.close();
                throw e;
            }
            var handlers = new EnumMap<TaskKind, TaskHandler>(TaskKind.class);
            var calls = new AgentHandler(connection, agents);
            handlers.put(TaskKind.STEP, calls);
            handlers.put(TaskKind.RECHECK, calls);
            var runtime = new ThreadedRuntime(handlers);
            var worker =
                    new Worker(
                            new Worker.Settings(
                                    id,
                                    null,
                                    slots,
                                    new TreeSet<>(),
                                    names,
                                    capacity,
                                    lease.dividedBy(3),
                                    PATIENCE),
                            connection,
                            runtime);
            worker.start();
            return new AgentWorker(connection, runtime, worker);
        }
    }

    /** How many calls are being made now. */
    public int holding() {
        return worker.holding();
    }

    /** Waits until the thread is interrupted. */
    public void await() throws InterruptedException {
        Thread.currentThread().join();
    }

    /** Takes no more calls, interrupts those that go on and gives them back. */
    @Override
    public void close() {
        worker.stop("the worker stops");
        runtime.close();
        server.close();
    }
}
