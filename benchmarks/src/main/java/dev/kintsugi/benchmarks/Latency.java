package dev.kintsugi.benchmarks;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.worker.ThreadedRuntime;
import dev.kintsugi.client.worker.Worker;
import dev.kintsugi.server.app.KintsugiServer;
import dev.kintsugi.server.queue.TaskQueue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.FileSystemUtils;

/**
 * Measures a whole server on its embedded PostgreSQL, with fsync on: how long after a completion
 * the next step of the run is leased, and how long after a run is handed in over HTTP its first
 * step is. The steps have no workspace and a handler that does nothing, so what is measured is
 * Kintsugi's own. Prints JSON. Arguments: runs to measure (default 20) and steps of each (default
 * 50); a fifth of the runs goes before, unmeasured. With {@code --goal-p95 MILLIS} before them it
 * ends with exit code 1 when the 95th percentile from completion to lease is higher.
 */
public final class Latency {
    private static final int RUNS = 20;
    private static final int STEPS = 50;
    private static final Duration RUN_LIMIT = Duration.ofMinutes(2);
    private static final String[] OPTIONS = {
        "--spring.profiles.active=local", "--logging.level.dev.kintsugi=warn"
    };

    private Latency() {}

    static void main(String[] args) throws IOException, InterruptedException {
        var asked = Arguments.of(args);
        Path home = Files.createTempDirectory("kintsugi-latency");
        var environment = Map.of("KINTSUGI_HOME", home.toString(), "KINTSUGI_PORT", "0");
        Report report;
        try (var server = KintsugiServer.start(environment, OPTIONS)) {
            report = measure(server, home, asked.runs(), asked.steps());
        } finally {
            FileSystemUtils.deleteRecursively(home);
        }
        System.out.println(Json.mapper().writeValueAsString(report));
        if (report.completionToLease().p95() > asked.goalP95Millis()) {
            System.err.printf(
                    "latency: p95 from completion to lease was %s ms, the goal is %s ms%n",
                    report.completionToLease().p95(), asked.goalP95Millis());
            System.exit(1);
        }
    }

    /**
     * What to measure.
     *
     * @param goalP95Millis infinite when there is no goal
     */
    record Arguments(int runs, int steps, double goalP95Millis) {
        static Arguments of(String... args) {
            boolean hasGoal = args.length > 1 && args[0].equals("--goal-p95");
            double goal = hasGoal ? Double.parseDouble(args[1]) : Double.POSITIVE_INFINITY;
            int next = hasGoal ? 2 : 0;
            return new Arguments(
                    args.length > next ? Integer.parseInt(args[next]) : RUNS,
                    args.length > next + 1 ? Integer.parseInt(args[next + 1]) : STEPS,
                    goal);
        }
    }

    /** What was measured, times in milliseconds. */
    record Report(
            int runs, int steps, Percentiles completionToLease, Percentiles submissionToLease) {}

    private static Report measure(
            ConfigurableApplicationContext server, Path home, int runs, int steps)
            throws IOException, InterruptedException {
        server.getBean("localWorker", SmartLifecycle.class).stop(); // ours does the work
        var watch = new Stopwatch(server.getBean(TaskQueue.class), System::nanoTime);
        try (var runtime =
                        new ThreadedRuntime(
                                Map.of(
                                        TaskKind.STEP,
                                        (_, _) ->
                                                new TaskResult.Done(
                                                        null,
                                                        null,
                                                        List.of(),
                                                        TaskResult.Usage.NONE)));
                var client = client(server, home)) {
            var worker = new Worker(settings(), watch, runtime);
            worker.start();
            for (int i = -runs / 5; i < runs; i++) {
                if (i == 0) {
                    watch.forget();
                }
                watch.begin(steps);
                client.submit(Submission.of(Chains.text(steps)));
                if (!watch.await(RUN_LIMIT)) {
                    throw new IllegalStateException("a run did not end within " + RUN_LIMIT);
                }
            }
            worker.stop("measured");
        }
        return new Report(
                runs, steps, Percentiles.of(watch.betweenSteps()), Percentiles.of(watch.first()));
    }

    private static KintsugiClient client(ConfigurableApplicationContext server, Path home)
            throws IOException {
        int port = server.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        return KintsugiClient.of(
                URI.create("http://127.0.0.1:" + port),
                Files.readString(home.resolve("api-key")).strip());
    }

    private static Worker.Settings settings() {
        var slots = new TreeMap<QueueClass, Integer>();
        EnumSet.allOf(QueueClass.class).forEach(queue -> slots.put(queue, 2));
        return new Worker.Settings(
                "latency",
                null,
                slots,
                new TreeSet<>(List.of(TaskKind.STEP)),
                new TreeSet<>(),
                2,
                TaskQueue.LEASE.dividedBy(3),
                Duration.ofSeconds(20));
    }
}
