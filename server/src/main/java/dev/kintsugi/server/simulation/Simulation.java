package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.run.RunRow;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.simulation.SimulatedServer.World;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One world from one seed: a database that is slow at times, one to four servers of two versions
 * and as many workers, which are killed and started again, a network that loses, doubles and delays
 * calls and is cut in places, clocks that are wrong by up to an hour and jump, people who answer,
 * and runs that must all come to an end. On one thread; the same seed gives the same world, event
 * by event.
 */
public final class Simulation {
    /** Longest a world may take in simulated time before its runs count as lost. */
    public static final Duration HORIZON = Duration.ofHours(30);

    private static final int MOST_SERVERS = 4;
    private static final int MOST_WORKERS = 4;
    private static final int MOST_CUTS = 3;

    /** Of one who only looks. */
    private static final int NOBODY = -2;

    private static final int MOST_RUNS = 3;
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(10);
    private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(5);
    private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(45);
    private static final Duration LONGEST_FREEZE = Duration.ofSeconds(90);
    private static final Duration LONGEST_CUT = Duration.ofMinutes(5);
    private static final Duration LONGEST_SLOWNESS = Duration.ofSeconds(60);
    private static final Duration MOST_HAPPENS_WITHIN = Duration.ofMinutes(3);
    private static final int MOST_ENTRIES = 100_000;
    private static final String TENANT = "default";

    private final SplittableRandom random;
    private final SimulatedTime time = new SimulatedTime();
    private final Invariants invariants = new Invariants(time);
    private final Scenario scenario;
    private final World world;
    private final People people;
    private final Outside outside;
    private final List<Happening> chronicle = new ArrayList<>();
    private final List<SimulatedServer> up = new ArrayList<>();

    private Simulation(long seed, Plants plants) {
        random = new SplittableRandom(seed);
        var faults = new Faults(random.split());
        scenario = new Scenario(random.split());
        var database = SimulatedServer.Database.fresh(plants, invariants, random.split());
        world = new World(time, faults, invariants, new Network(time), database);
        outside = new Outside(random.split());
        people = new People(TENANT, world, this::server, random.split(), this::note);
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
            people.bring("plan" + i, scenario.plan("plan" + i));
        }
        populate();
        while (!people.satisfied() && invariants.broken().isEmpty()) {
            if (time.elapsed().compareTo(HORIZON) > 0 || !time.step()) {
                people.runs().stream()
                        .filter(run -> !world.status(run).isFinal())
                        .forEach(run ->
                                invariants.check(
                                        false,
                                        "run %s is lost: %s".formatted(run, world.status(run))));
                break;
            }
        }
        var fresh =
                new SimulatedServer(
                        world,
                        random.split(),
                        NOBODY,
                        Envelope.CURRENT_RULES); // one that remembers nothing
        people.runs().forEach(run -> audit(fresh, run));
        if (invariants.broken().isEmpty()) {
            people.locks().ended(TENANT);
        }
        return new Report(
                seed,
                invariants.broken(),
                invariants.events(),
                time.elapsed(),
                outcomes(),
                invariants.reached());
    }

    /** Draws who there is, and what happens to them all. */
    private void populate() {
        var servers = 1 + random.nextInt(MOST_SERVERS);
        var workers = 1 + random.nextInt(MOST_WORKERS);
        for (var i = 0; i < servers; i++) {
            startServer(i, 0);
        }
        for (var i = 0; i < workers; i++) {
            startWorker(i, 0);
        }
        invariants.reachedIf(servers == 1, Reached.ONE_SERVER);
        invariants.reachedIf(servers == MOST_SERVERS, Reached.FOUR_SERVERS);
        invariants.reachedIf(workers == 1, Reached.ONE_WORKER);
        invariants.reachedIf(workers == MOST_WORKERS, Reached.FOUR_WORKERS);
        var cuts = random.nextInt(MOST_CUTS + 1);
        for (var i = 0; i < cuts; i++) {
            time.after(world.faults().upTo(MOST_HAPPENS_WITHIN), () -> cut(workers, servers));
        }
        if (random.nextInt(3) == 0) {
            time.after(world.faults().upTo(MOST_HAPPENS_WITHIN), this::slowDisk);
        }
    }

    private void cut(int workers, int servers) {
        var ways = Network.Way.values();
        var until = time.elapsed().plus(world.faults().upTo(LONGEST_CUT));
        var cut =
                new Network.Cut(
                        random.nextInt(workers),
                        random.nextBoolean() ? Network.ALL : random.nextInt(servers),
                        ways[random.nextInt(ways.length)],
                        until);
        note("network", cut.toString());
        world.network().cut(cut);
    }

    private void slowDisk() {
        var until = time.elapsed().plus(world.faults().upTo(LONGEST_SLOWNESS));
        note("disk", "slow until " + until);
        world.faults().slowDisk(until);
    }

    private Map<RunStatus, Integer> outcomes() {
        var outcomes = new EnumMap<RunStatus, Integer>(RunStatus.class);
        people.runs().forEach(run -> outcomes.merge(world.status(run), 1, Integer::sum));
        return outcomes;
    }

    private void audit(SimulatedServer fresh, String run) {
        world.faults()
                .calmly(() -> {
                    var state = invariants.ended(TENANT, run, people.planOf(run), fresh.engine());
                    booked(run, Budgets.Kind.COST, state.costNanoUsd());
                    booked(run, Budgets.Kind.ATTEMPTS, state.attempts());
                    outside.check(run, log(fresh, run), invariants);
                    return state;
                });
    }

    private static List<RunEvent> log(SimulatedServer server, String run) {
        return server.runs().timeline(TENANT, run, 0, MOST_ENTRIES).stream()
                .map(TimelineEntry::event)
                .toList();
    }

    private void booked(String run, Budgets.Kind kind, long used) {
        var standing = world.database().budgets().standing(run, kind);
        invariants.check(
                standing.equals(new Budgets.Standing(used, 0)),
                "run %s used %d of its %s, its budget says %s"
                        .formatted(run, used, kind, standing));
    }

    private List<Happening> happenings() {
        var all = new ArrayList<>(chronicle);
        var reader = new SimulatedServer(world, random.split(), NOBODY, Envelope.CURRENT_RULES);
        for (var run : people.runs()) {
            world
                    .faults()
                    .calmly(() -> reader.runs().timeline(TENANT, run, 0, MOST_ENTRIES))
                    .stream()
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

    // --- processes

    /** One that is up. */
    private SimulatedServer server() {
        if (up.isEmpty()) {
            throw new Faults.Struck("no server is up");
        }
        var server = up.get(random.nextInt(up.size()));
        if (server.rules() < Envelope.CURRENT_RULES
                && going().anyMatch(row -> row.rules() > server.rules())) {
            invariants.reached(Reached.NEWER_RULES_LEFT_ALONE);
        }
        if (world.faults().strikes(world.faults().jump())) {
            invariants.reached(Reached.CLOCK_JUMP);
            server.setClock(world.faults().clockError());
        }
        return server;
    }

    private Stream<RunRow> going() {
        return people.runs().stream()
                .flatMap(run -> world.database().runs().find(run).stream())
                .filter(row -> !row.status().isFinal());
    }

    private void startServer(int number, int life) {
        // whoever is started again is upgraded
        var rules = life > 0 || random.nextInt(3) > 0 ? Envelope.CURRENT_RULES : 1;
        var server = new SimulatedServer(world, random.split(), number, rules);
        up.add(server);
        note("server" + number, "started with rules " + rules);
        if (life > 0) {
            going().filter(row -> world.database().runs().snapshot(row.run()).isPresent())
                    .forEach(_ -> invariants.reached(Reached.SNAPSHOT_USED));
            going().filter(row -> row.rules() < rules)
                    .forEach(_ -> invariants.reached(Reached.UPGRADED));
        }
        if (up.size() > 1) {
            invariants.reached(Reached.SERVERS_SIDE_BY_SIDE);
        }
        var end = Duration.ofSeconds(5).plus(world.faults().upTo(LONGEST_LIFE));
        time.after(
                life == 0 ? world.faults().upTo(end) : end,
                () -> {
                    server.kill();
                    up.remove(server);
                    note("server" + number, "killed");
                    invariants.reached(Reached.SERVER_KILLED);
                    time.after(
                            world.faults().upTo(LONGEST_ABSENCE),
                            () -> startServer(number, life + 1));
                });
    }

    private void startWorker(int number, int life) {
        var id = "w%d.%d".formatted(number, life);
        var way = new FlakyProtocol(number, this::server, world);
        var worker =
                new SimulatedWorker(id, way, time, invariants, random.nextDouble(), this::work);
        way.stopping(worker::stop);
        worker.start();
        note(id, "started");
        if (world.faults().strikes(world.faults().freeze())) {
            time.after(world.faults().upTo(LONGEST_OUTAGE), () -> freeze(id, worker));
        }
        time.after(
                Duration.ofSeconds(1).plus(world.faults().upTo(LONGEST_LIFE)),
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
                    time.after(
                            world.faults().upTo(LONGEST_OUTAGE),
                            () -> startWorker(number, life + 1));
                });
    }

    private void freeze(String id, SimulatedWorker worker) {
        var length = world.faults().upTo(LONGEST_FREEZE);
        note(id, "frozen for " + length);
        invariants.reached(Reached.WORKER_FROZEN);
        worker.freeze(length);
    }

    private void work(LeasedTask leased, Consumer<String> receipt, Consumer<TaskResult> done) {
        var task = leased.task();
        var plan = people.planOf(task.run());
        var length = scenario.duration(plan, task);
        if (Outside.isOnce(task)) {
            outside.begins(task);
            if (random.nextBoolean()) {
                time.after(world.faults().upTo(length), () -> receipt.accept("receipt"));
            }
        }
        time.after(length, () -> done.accept(result(plan, task)));
    }

    private TaskResult result(String plan, Task task) {
        if (task.kind() == TaskKind.RECONCILE) {
            var found = outside.found(task);
            if (found.verdict() == TaskResult.Verdict.DID_NOT_HAPPEN) {
                invariants.toldNotHappened(task.run());
            }
            return found;
        }
        var result = scenario.result(plan, task);
        if (Outside.isOnce(task) && result instanceof TaskResult.Done) {
            outside.passed(task);
        }
        return result;
    }
}
