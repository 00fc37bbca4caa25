package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.run.Runs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * One world from one seed: a database, server and worker processes that are killed and started
 * again, a network that loses and doubles calls, a clock that jumps, a human who answers, and runs
 * that must all come to an end. On one thread; the same seed gives the same world, event by event.
 */
public final class Simulation {
    /** Longest a world may take in simulated time before its runs count as lost. */
    public static final Duration HORIZON = Duration.ofHours(30);

    private static final int WORKERS = 2;
    private static final int MOST_RUNS = 3;
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(10);
    private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(45);
    private static final String TENANT = "default";

    private final SplittableRandom random;
    private final SimulatedTime time = new SimulatedTime();
    private final Faults faults;
    private final Scenario scenario;
    private final Invariants invariants = new Invariants(time, 10);
    private final SimulatedServer.Database database;
    private final Map<String, String> planOfRun = new LinkedHashMap<>();
    private SimulatedServer server;

    private Simulation(long seed, Plants plants) {
        random = new SplittableRandom(seed);
        faults = Faults.of(random.split());
        scenario = new Scenario(random.split());
        database = SimulatedServer.Database.fresh(faults, plants);
        server = newServer();
    }

    /**
     * What became of a world.
     *
     * @param broken broken invariants, each with the simulated time; empty when all held
     * @param events events that runs took up
     * @param elapsed simulated time until all runs had ended
     * @param outcomes how many runs ended in which status
     */
    public record Report(
            long seed,
            List<String> broken,
            long events,
            Duration elapsed,
            Map<RunStatus, Integer> outcomes) {
        public Report {
            broken = List.copyOf(broken);
        }
    }

    /** Runs the world of a seed to its end. */
    public static Report run(long seed) {
        return run(seed, Plants.NONE);
    }

    static Report run(long seed, Plants plants) {
        return new Simulation(seed, plants).run0(seed);
    }

    private Report run0(long seed) {
        var plans = 1 + random.nextInt(MOST_RUNS);
        for (var i = 0; i < plans; i++) {
            var name = "plan" + i;
            var plan = scenario.plan(name);
            time.after(faults.upTo(Duration.ofSeconds(20)), () -> submit(name, plan));
        }
        for (var i = 0; i < WORKERS; i++) {
            startWorker(i, 0);
        }
        time.after(faults.upTo(LONGEST_LIFE), this::killServer);
        while ((planOfRun.size() < plans || !allEnded()) && invariants.broken().isEmpty()) {
            if (time.elapsed().compareTo(HORIZON) > 0 || !time.step()) {
                planOfRun.keySet().stream()
                        .filter(run -> !invariants.status(run).isFinal())
                        .forEach(run ->
                                invariants.check(
                                        false,
                                        "run %s is lost: %s"
                                                .formatted(run, invariants.status(run))));
                break;
            }
        }
        planOfRun.keySet().forEach(this::audit);
        return new Report(
                seed, invariants.broken(), invariants.events(), time.elapsed(), outcomes());
    }

    private boolean allEnded() {
        return planOfRun.keySet().stream().allMatch(run -> invariants.status(run).isFinal());
    }

    private Map<RunStatus, Integer> outcomes() {
        var outcomes = new java.util.EnumMap<RunStatus, Integer>(RunStatus.class);
        planOfRun.keySet().forEach(run -> outcomes.merge(invariants.status(run), 1, Integer::sum));
        return outcomes;
    }

    private void audit(String run) {
        while (true) {
            try {
                server.engine()
                        .audit(TENANT, run)
                        .ifPresent(problem ->
                                invariants.check(false, "run %s: %s".formatted(run, problem)));
                return;
            } catch (Faults.Struck _) {
                // asked again
            }
        }
    }

    // --- people

    private void submit(String name, String plan) {
        try {
            var view = server.runs().submit(TENANT, new Runs.Submission(plan, null, null, name));
            if (planOfRun.put(view.run(), name) == null) {
                time.after(Duration.ofSeconds(5), () -> attend(view.run()));
                if (random.nextInt(10) == 0) {
                    time.after(faults.upTo(Duration.ofMinutes(2)), () -> cancel(view.run()));
                }
            }
        } catch (Faults.Struck _) {
            time.after(
                    Duration.ofSeconds(1), () -> submit(name, plan)); // the same key: the same run
        }
    }

    private void cancel(String run) {
        try {
            server.runs().cancel(TENANT, run, "somebody");
        } catch (Faults.Struck _) {
            // they do not insist
        }
    }

    /** Looks after a run from time to time and answers what it asks. */
    private void attend(String run) {
        if (invariants.status(run).isFinal()) {
            return;
        }
        time.after(Duration.ofSeconds(10), () -> attend(run));
        if (invariants.status(run) != RunStatus.WAITING) {
            return;
        }
        try {
            var approval = invariants.view(run).approval();
            if (approval != null) {
                server.runs()
                        .answerApproval(
                                TENANT,
                                run,
                                new ApprovalAnswered(
                                        approval.hash(), random.nextInt(3) > 0, "somebody", null));
            } else {
                answerEffects(run);
            }
        } catch (Faults.Struck | dev.kintsugi.server.platform.ProblemException _) {
            // they look again later
        }
    }

    private void answerEffects(String run) {
        for (var step : server.runs().view(TENANT, run).steps()) {
            server.runs().answerEffect(TENANT, run, step.step(), random.nextBoolean(), "somebody");
        }
    }

    // --- processes

    private SimulatedServer newServer() {
        return new SimulatedServer(database, time, invariants, random.split());
    }

    private void killServer() {
        server.kill();
        server = newServer();
        time.after(Duration.ofSeconds(5).plus(faults.upTo(LONGEST_LIFE)), this::killServer);
    }

    private void startWorker(int number, int life) {
        var worker =
                new SimulatedWorker(
                        "w%d.%d".formatted(number, life),
                        new FlakyProtocol(() -> server.queue(), faults, time, invariants),
                        time,
                        this::work);
        worker.start();
        time.after(
                Duration.ofSeconds(1).plus(faults.upTo(LONGEST_LIFE)),
                () -> {
                    if (random.nextBoolean()) {
                        worker.kill();
                    } else {
                        worker.stop();
                    }
                    time.after(faults.upTo(LONGEST_OUTAGE), () -> startWorker(number, life + 1));
                });
    }

    private void work(LeasedTask leased, Consumer<TaskResult> done) {
        var plan = planOfRun.getOrDefault(leased.task().run(), "");
        time.after(
                scenario.duration(plan, leased.task()),
                () -> done.accept(scenario.result(plan, leased.task())));
    }

    /** Seeds from one on whose worlds broke. */
    static List<Report> failures(long from, int count, Plants plants) {
        var failures = new ArrayList<Report>();
        for (var seed = from; seed < from + count; seed++) {
            var report = run(seed, plants);
            if (!report.broken().isEmpty()) {
                failures.add(report);
            }
        }
        return failures;
    }
}
