package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.client.worker.ThreadedRuntime;
import dev.kintsugi.client.worker.Worker;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.budget.MemoryBudgets;
import dev.kintsugi.server.budget.PostgresBudgets;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.platform.memory.MemoryBlobs;
import dev.kintsugi.server.platform.memory.MemoryTransactions;
import dev.kintsugi.server.queue.MemoryTaskStore;
import dev.kintsugi.server.queue.PostgresStepLogs;
import dev.kintsugi.server.queue.PostgresTaskStore;
import dev.kintsugi.server.queue.StepLogs;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.waiting.MemoryWaitStore;
import dev.kintsugi.server.waiting.PostgresWaitStore;
import dev.kintsugi.server.waiting.WaitStore;
import dev.kintsugi.server.waiting.Waits;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The real engine with a real worker, on either store, for tests that play a handler. */
final class Engines implements AutoCloseable {
    static final String TENANT = "default";
    private static final String HOME = "home-1";

    /** Tasks of one class that the worker does at once. */
    static final int SLOTS = 8;

    private static final Limits LIMITS = new Limits(900_000, 1_000_000_000, 10, 5, 60_000);

    private final AtomicInteger count = new AtomicInteger();
    private final Stores stores;
    private final ThreadedRuntime runtime;
    final RunEngine engine;
    final RunPorts ports;
    final TaskQueue queue;
    final Waits waits;
    final Worker worker;

    record Stores(
            Transactions transactions,
            RunStore runs,
            TaskStore tasks,
            Budgets budgets,
            StepLogs logs,
            WaitStore waits) {}

    static Stores inMemory() {
        var transactions = new MemoryTransactions();
        return new Stores(
                transactions,
                new MemoryRunStore(transactions),
                new MemoryTaskStore(transactions, HOME, new TreeMap<>()),
                new MemoryBudgets(transactions),
                new NoLogs(),
                new MemoryWaitStore(transactions));
    }

    static Stores onPostgres(TestDatabase database) {
        database.tenants(TENANT);
        return onPostgres(database.dataSource(), database.transactions());
    }

    static Stores onPostgres(DataSource source, Transactions transactions) {
        var template = new JdbcTemplate(source);
        return new Stores(
                transactions,
                new PostgresRunStore(template),
                new PostgresTaskStore(template, HOME),
                new PostgresBudgets(template),
                new PostgresStepLogs(transactions, JdbcClient.create(source)),
                new PostgresWaitStore(JdbcClient.create(source)));
    }

    Engines(Stores stores, TaskHandler handler) {
        this(stores, handler, "worker-1", InstantSource.system());
    }

    /**
     * @param id of the worker
     */
    Engines(Stores stores, TaskHandler handler, String id, InstantSource clock) {
        this(stores, handler, id, clock, Envelope.CURRENT_RULES);
    }

    /**
     * @param rules the newest that the engine knows
     */
    Engines(Stores stores, TaskHandler handler, String id, InstantSource clock, int rules) {
        this.stores = stores;
        var turns = new Turns(Executors.newVirtualThreadPerTaskExecutor());
        var listener = new RunListener() {};
        var inbox = new RunInbox(stores.transactions(), stores.runs(), turns, listener);
        queue = new TaskQueue(stores.transactions(), stores.tasks(), stores.logs(), inbox, clock);
        waits =
                new Waits(
                        stores.transactions(),
                        stores.waits(),
                        new StoredRuns(stores.runs(), inbox),
                        clock);
        ports =
                new RunPorts(
                        stores.transactions(),
                        stores.runs(),
                        queue,
                        stores.budgets(),
                        new OpenHouse(),
                        (_, _, _, _) -> {},
                        listener,
                        new Chain(new byte[32]),
                        clock,
                        new SplittableRandom(1),
                        new Conditions(new MemoryBlobs()),
                        HOME,
                        waits,
                        new Everybody());
        engine = new RunEngine(ports, inbox, turns, RunEngine.EVENTS_PER_SNAPSHOT, rules);
        var handlers = new EnumMap<TaskKind, TaskHandler>(TaskKind.class);
        for (var kind : TaskKind.values()) {
            handlers.put(kind, handler);
        }
        runtime = new ThreadedRuntime(handlers);
        var slots = new TreeMap<QueueClass, Integer>();
        for (var queueClass : QueueClass.values()) {
            slots.put(queueClass, SLOTS);
        }
        worker =
                new Worker(
                        new Worker.Settings(
                                id,
                                null,
                                slots,
                                new TreeSet<>(handlers.keySet()),
                                new TreeSet<>(),
                                16,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1)),
                        queue,
                        runtime);
        worker.start();
    }

    /** Starts a run of the plan and gives its id. */
    String start(String yaml) {
        return start(yaml, LIMITS);
    }

    String start(String yaml, Limits limits) {
        var plan =
                switch (PlanReader.read(yaml, "test.yaml")) {
                    case PlanReading.Accepted(var accepted, _) -> accepted;
                    case PlanReading.Rejected(var problems) -> throw new AssertionError(problems);
                };
        var run = "r-" + count.incrementAndGet();
        var row =
                new RunRow(
                        TENANT,
                        run,
                        plan.name(),
                        RunStatus.QUEUED,
                        engine.rules(),
                        0,
                        ports.chain().start(TENANT, run),
                        Instant.now(),
                        null,
                        null,
                        plan.workspace() == null ? null : HOME,
                        null,
                        null);
        var fresh = new RunStore.NewRun(row, Json.mapper().writeValueAsString(plan), "{}");
        var accepted = new RunAccepted("0", Ladder.V4, limits);
        return engine.enter(new Arrival.New(fresh, plan, _ -> accepted)).run();
    }

    /** Everybody is let in. */
    private static final class Everybody implements Admission {
        @Override
        public Admitted admit(String tenant, int wanted) {
            return new Admitted(new Defaults(BigDecimal.ONE, 1, 1), wanted, null);
        }

        @Override
        public void check(String tenant, Plan.Workspace workspace) {}
    }

    RunStatus status(String run) {
        return stores.transactions()
                .asTenant(TENANT, () -> stores.runs().find(run).orElseThrow().status());
    }

    void await(String run, RunStatus status) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> status(run) == status);
    }

    List<TimelineEntry> timeline(String run) {
        return stores.transactions()
                .asTenant(
                        TENANT,
                        () ->
                                stores.runs().events(run, 0, 10_000).stream()
                                        .map(logged -> Timelines.entry(run, logged))
                                        .toList());
    }

    /** The run's log as it is stored. */
    List<LoggedEvent> log(String run) {
        return stores.transactions().asTenant(TENANT, () -> stores.runs().events(run, 0, 10_000));
    }

    long count(String run, Class<? extends RunEvent> type) {
        return timeline(run).stream().filter(entry -> type.isInstance(entry.event())).count();
    }

    @Override
    public void close() {
        worker.stop("the test ends");
        runtime.close();
    }

    static TaskResult done() {
        return new TaskResult.Done(null, null, List.of(), TaskResult.Usage.NONE);
    }

    static TaskResult failed(String fingerprint, boolean maybeTransient) {
        return new TaskResult.Failed(
                new Failure(
                        FailureCategory.NETWORK,
                        FailureClass.INFRA,
                        Severity.MEDIUM,
                        "test",
                        fingerprint,
                        "it broke",
                        maybeTransient,
                        null,
                        new TreeMap<>()),
                null,
                TaskResult.Usage.NONE);
    }

    /** Plays results per step in order; the last one again and again. */
    static final class Script implements TaskHandler {
        private final Map<String, List<TaskResult>> results;
        final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

        Script(Map<String, List<TaskResult>> results) {
            this.results = results;
        }

        int calls(String name) {
            return calls.getOrDefault(name, new AtomicInteger()).get();
        }

        @Override
        public TaskResult handle(LeasedTask task, dev.kintsugi.client.worker.TaskContext context) {
            var name =
                    task.task().kind() == TaskKind.STEP
                            ? task.task().step()
                            : task.task().kind() + " " + task.task().step();
            var call = calls.computeIfAbsent(name, _ -> new AtomicInteger()).getAndIncrement();
            var list = results.getOrDefault(name, List.of(done()));
            return list.get(Math.min(call, list.size() - 1));
        }
    }

    private static final class OpenHouse implements Breakers {
        @Override
        public boolean permits(String tenant, FailureClass failureClass, Instant now) {
            return true;
        }

        @Override
        public void record(
                String tenant, FailureClass failureClass, boolean success, Instant now) {}
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
