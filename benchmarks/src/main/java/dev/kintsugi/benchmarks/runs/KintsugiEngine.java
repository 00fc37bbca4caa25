package dev.kintsugi.benchmarks.runs;

import dev.kintsugi.benchmarks.Percentiles;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.ThreadedRuntime;
import dev.kintsugi.client.worker.Worker;
import dev.kintsugi.server.app.KintsugiServer;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.run.Runs;
import dev.kintsugi.server.tenant.Tenants;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A whole Kintsugi server, as it is shipped, and beside its own worker two more in this process
 * that offer agents without a workspace. Runs are handed in by a call, as peers' are.
 */
final class KintsugiEngine implements Engine {
    /** How many tasks a worker does at once, as many as it may. */
    private static final int CAPACITY = 1_000;

    private static final String[] OPTIONS = {
        "--spring.profiles.active=local", "--logging.level.dev.kintsugi=warn"
    };

    private final ConfigurableApplicationContext server;
    private final Runs runs;
    private final Following following;
    private final ThreadedRuntime runtime;
    private final List<Worker> workers;

    private KintsugiEngine(ConfigurableApplicationContext server) {
        this.server = server;
        runs = server.getBean(Runs.class);
        following = new Following(server.getBean(TaskQueue.class), System::nanoTime);
        runtime = new ThreadedRuntime(Map.of(TaskKind.STEP, this::answer));
        workers =
                Stream.of("bench-1", "bench-2")
                        .map(id -> new Worker(settings(id), following, runtime))
                        .toList();
        workers.forEach(Worker::start);
    }

    static KintsugiEngine open(DatabaseLogin database, Path folder) throws SQLException {
        var environment =
                Map.of(
                        "KINTSUGI_HOME", folder.toString(),
                        "KINTSUGI_PORT", "0",
                        "KINTSUGI_DB_URL", database.url(),
                        "KINTSUGI_DB_USER", database.user(),
                        "KINTSUGI_DB_PASSWORD", database.password());
        var server = KintsugiServer.start(environment, OPTIONS);
        // As operators do for more workers than the default limit of 64 tasks is meant for.
        try (var connection =
                        DriverManager.getConnection(
                                database.url(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute("update queue_class set max_leased = 2000 where queue_name = 'cpu'");
        }
        return new KintsugiEngine(server);
    }

    private static Worker.Settings settings(String id) {
        var slots = new TreeMap<QueueClass, Integer>();
        slots.put(QueueClass.CPU, CAPACITY);
        return new Worker.Settings(
                id,
                null,
                slots,
                new TreeSet<>(),
                new TreeSet<>(List.of(Chain.TRIVIAL, Chain.LONG)),
                CAPACITY,
                TaskQueue.LEASE.dividedBy(3),
                Duration.ofSeconds(20));
    }

    private TaskResult answer(LeasedTask task, TaskContext context) {
        following.begun(task.task());
        if (Chain.LONG.equals(task.task().agent())) {
            long end = System.nanoTime() + Chain.taskTime(task.task()).toNanos();
            for (long left = end - System.nanoTime();
                    left > 0 && !context.cancelled();
                    left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
        following.done(task.task());
        return new TaskResult.Done(null, null, List.of(), TaskResult.Usage.NONE);
    }

    @Override
    public Tally during(int inFlight, Duration time) throws Exception {
        var plan = Chain.of(Chain.TRIVIAL);
        return ClosedLoop.of(inFlight, time, () -> run(plan));
    }

    /**
     * Keeps so many runs going, whose tasks take from 1 to 3 s.
     *
     * @param warmUp what begins in it is not counted
     */
    Crowd crowd(int runsAtOnce, Duration warmUp, Duration time) throws Exception {
        var plan = Chain.of(Chain.LONG);
        long begin = System.nanoTime() + warmUp.toNanos();
        following.measure(begin, begin + time.toNanos());
        ClosedLoop.of(runsAtOnce, warmUp.plus(time), () -> run(plan));
        var sizes = following.crowds().stream().sorted().toList();
        return new Crowd(Percentiles.of(following.waits()), sizes.get(sizes.size() / 2));
    }

    /**
     * What was seen of many tasks that ran at once.
     *
     * @param tasks the median of how many there were
     */
    record Crowd(Percentiles readyToStarted, int tasks) {}

    private String run(String plan) {
        long handedIn = System.nanoTime();
        var run =
                runs.submit(
                                Tenants.DEFAULT,
                                new Runs.Submission(plan, null, null, null, new TreeMap<>(), null))
                        .run();
        following.await(run, handedIn);
        return run;
    }

    @Override
    public void close() {
        workers.forEach(worker -> worker.stop("measured"));
        runtime.close();
        server.close();
    }
}
