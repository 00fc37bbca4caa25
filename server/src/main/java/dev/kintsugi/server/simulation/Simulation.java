package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.platform.ProblemException;
import dev.kintsugi.server.run.Runs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
    private static final int MOST_REPAIR_ATTEMPTS = 10;
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(10);
    private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(45);
    private static final Duration LONGEST_FREEZE = Duration.ofSeconds(90);
    private static final Duration NIGHT = Duration.ofHours(25);
    private static final int MOST_RUNS_PENDING = 256;
    private static final int MOST_ENTRIES = 100_000;
    private static final String TENANT = "default";

    private final SplittableRandom random;
    private final SimulatedTime time = new SimulatedTime();
    private final Faults faults;
    private final Scenario scenario;
    private final Invariants invariants = new Invariants(time, MOST_REPAIR_ATTEMPTS);
    private final Leases leases = new Leases(time, invariants);
    private final SimulatedServer.Database database;
    private final Map<String, String> planOfRun = new LinkedHashMap<>();
    private final List<Happening> chronicle = new ArrayList<>();
    private boolean nightPassed;
    private SimulatedServer server;

    private Simulation(long seed, Plants plants) {
        random = new SplittableRandom(seed);
        faults = Faults.of(random.split());
        scenario = new Scenario(random.split());
        database = SimulatedServer.Database.fresh(faults, plants, invariants);
        server = newServer();
    }

    /**
     * What became of a world.
     *
     * @param broken broken invariants, each with the simulated time; empty when all held
     * @param events events that runs took up
     * @param elapsed simulated time until all runs had ended
     * @param outcomes how many runs ended in which status
     * @param reached what the world came across
     */
    public record Report(
            long seed,
            List<String> broken,
            long events,
            Duration elapsed,
            Map<RunStatus, Integer> outcomes,
            Set<Reached> reached) {
        public Report {
            broken = List.copyOf(broken);
        }
    }

    /** A world with everything that happened in it, in order of time. */
    public record Replay(Report report, List<Happening> happenings) {
        public Replay {
            happenings = List.copyOf(happenings);
        }
    }

    /** Runs the world of a seed to its end. */
    public static Report run(long seed) {
        return run(seed, Plants.NONE);
    }

    static Report run(long seed, Plants plants) {
        return new Simulation(seed, plants).world(seed);
    }

    /** Runs the world of a seed to its end and tells what happened in it. */
    public static Replay replay(long seed) {
        return replay(seed, Plants.NONE);
    }

    static Replay replay(long seed, Plants plants) {
        var simulation = new Simulation(seed, plants);
        var report = simulation.world(seed);
        return new Replay(report, simulation.happenings());
    }

    private Report world(long seed) {
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
        server = newServer(); // one that remembers nothing
        planOfRun.keySet().forEach(this::audit);
        return new Report(
                seed,
                invariants.broken(),
                invariants.events(),
                time.elapsed(),
                outcomes(),
                invariants.reached());
    }

    private boolean allEnded() {
        return planOfRun.keySet().stream().allMatch(run -> invariants.status(run).isFinal());
    }

    private Map<RunStatus, Integer> outcomes() {
        var outcomes = new EnumMap<RunStatus, Integer>(RunStatus.class);
        planOfRun.keySet().forEach(run -> outcomes.merge(invariants.status(run), 1, Integer::sum));
        return outcomes;
    }

    private void audit(String run) {
        insist(() -> server.engine().audit(TENANT, run))
                .ifPresent(
                        problem -> invariants.check(false, "run %s: %s".formatted(run, problem)));
    }

    /** Asks until a transaction comes through. */
    private static <T> T insist(Supplier<T> ask) {
        while (true) {
            try {
                return ask.get();
            } catch (Faults.Struck _) {
                // asked again
            }
        }
    }

    private List<Happening> happenings() {
        var all = new ArrayList<>(chronicle);
        for (var run : planOfRun.keySet()) {
            insist(() -> server.runs().timeline(TENANT, run, 0, MOST_ENTRIES)).stream()
                    .map(Simulation::happening)
                    .forEach(all::add);
        }
        all.sort(Comparator.comparing(Happening::elapsed));
        return all;
    }

    private static Happening happening(TimelineEntry entry) {
        return new Happening(
                SimulatedTime.elapsed(entry.at()),
                entry.run(),
                new String(Json.canonical(entry.event()), StandardCharsets.UTF_8),
                entry.notes().stream()
                        .map(note ->
                                "%s%s: %s"
                                        .formatted(
                                                note.kind().name().toLowerCase(Locale.ROOT),
                                                note.step() == null ? "" : " " + note.step(),
                                                note.text()))
                        .toList());
    }

    private void note(String who, String what) {
        chronicle.add(new Happening(time.elapsed(), who, what, List.of()));
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
            note("people", "somebody cancels " + run);
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
            moves(run);
            return;
        }
        try {
            var approval = invariants.view(run).approval();
            if (approval != null && !nightPassed && random.nextInt(5) == 0) {
                sleepOverIt();
            } else if (approval != null) {
                server.runs()
                        .answerApproval(
                                TENANT,
                                run,
                                new ApprovalAnswered(
                                        approval.hash(), random.nextInt(3) > 0, "somebody", null));
            } else {
                answerEffects(run);
            }
        } catch (Faults.Struck | ProblemException _) {
            // they look again later
        }
    }

    /** Nobody answers and the machine is asleep: everything that was due happens late. */
    private void sleepOverIt() {
        nightPassed = true;
        invariants.reached(Reached.NIGHT);
        note("people", "everybody sleeps for " + NIGHT);
        time.jump(NIGHT);
    }

    /** A run that goes on has a task with somebody, or something to take up. */
    private void moves(String run) {
        var inHand =
                database.tasks().depths().values().stream()
                        .anyMatch(depth -> depth.waiting() + depth.leased() > 0);
        invariants.check(
                inHand || database.runs().pending(MOST_RUNS_PENDING).contains(run),
                "run %s is %s and nothing will move it".formatted(run, invariants.status(run)));
    }

    private void answerEffects(String run) {
        for (var step : server.runs().view(TENANT, run).steps()) {
            server.runs().answerEffect(TENANT, run, step.step(), random.nextBoolean(), "somebody");
        }
    }

    // --- processes

    private SimulatedServer newServer() {
        return new SimulatedServer(database, time, invariants, leases, random.split());
    }

    private void killServer() {
        server.kill();
        note("server", "killed, another takes over");
        invariants.reached(Reached.SERVER_KILLED);
        planOfRun.keySet().stream()
                .filter(run -> !invariants.status(run).isFinal())
                .filter(run -> database.runs().snapshot(run).isPresent())
                .forEach(_ -> invariants.reached(Reached.SNAPSHOT_USED));
        server = newServer();
        time.after(Duration.ofSeconds(5).plus(faults.upTo(LONGEST_LIFE)), this::killServer);
    }

    private void startWorker(int number, int life) {
        var id = "w%d.%d".formatted(number, life);
        var way = new FlakyProtocol(() -> server.queue(), faults, time, invariants, leases);
        var worker = new SimulatedWorker(id, way, time, this::work);
        way.stopping(worker::stop);
        worker.start();
        note(id, "started");
        if (faults.strikes(faults.freeze())) {
            time.after(faults.upTo(LONGEST_OUTAGE), () -> freeze(id, worker));
        }
        time.after(
                Duration.ofSeconds(1).plus(faults.upTo(LONGEST_LIFE)),
                () -> {
                    if (random.nextBoolean()) {
                        note(id, "killed");
                        invariants.reached(Reached.WORKER_KILLED);
                        worker.kill();
                    } else {
                        note(id, "stopped");
                        invariants.reached(Reached.WORKER_STOPPED);
                        worker.stop();
                    }
                    time.after(faults.upTo(LONGEST_OUTAGE), () -> startWorker(number, life + 1));
                });
    }

    private void freeze(String id, SimulatedWorker worker) {
        var length = faults.upTo(LONGEST_FREEZE);
        note(id, "frozen for " + length);
        invariants.reached(Reached.WORKER_FROZEN);
        worker.freeze(length);
    }

    private void work(LeasedTask leased, Consumer<TaskResult> done) {
        var plan = planOfRun.getOrDefault(leased.task().run(), "");
        time.after(
                scenario.duration(plan, leased.task()),
                () -> done.accept(scenario.result(plan, leased.task())));
    }
}
