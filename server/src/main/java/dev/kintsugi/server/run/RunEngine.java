package dev.kintsugi.server.run;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.TimerFired;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.machine.Course;
import dev.kintsugi.server.run.machine.Decision;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.run.machine.RunMachine;
import dev.kintsugi.server.run.machine.RunState;
import dev.kintsugi.server.run.machine.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves runs on. A turn locks the run, takes what arrived for it, folds each event through the
 * machine, and writes events, tasks, timers and the run's head; the turns of many runs may share a
 * transaction. Any server may take any turn.
 */
public final class RunEngine {
    /** Most events the turns of one transaction take out of inboxes. */
    public static final int EVENTS_PER_TURN = 256;

    /** Most timers and runs one sweep takes up. */
    public static final int SWEEP = 256;

    /** Events after which a state is written down again. */
    public static final int EVENTS_PER_SNAPSHOT = 256;

    private static final Logger log = LoggerFactory.getLogger(RunEngine.class);
    private static final int TROUBLED_RUNS = 512;

    /** Most steps of all runs together whose states are kept at hand. */
    private static final int CACHED_STEPS = 65_536;

    /** What a state takes besides its steps, in steps. */
    private static final int CACHED_RUN = 8;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int PAGE = 1_000;

    /** Fewer events than this are folded again as quickly as a state is read. */
    private static final int WORTH_KEEPING = 32;

    private final RunPorts ports;
    private final RunInbox inbox;
    private final Turns turns;
    private final int eventsPerSnapshot;
    private final int rules;
    private final Set<Integer> unknown = ConcurrentHashMap.newKeySet();
    private final Cache<String, Folded> cache = states(CACHED_STEPS);
    private final Cache<String, Folded> ended = states(CACHED_STEPS / 8);
    private final Cache<String, Trouble> troubled =
            Caffeine.newBuilder().maximumSize(TROUBLED_RUNS).build();

    private static Cache<String, Folded> states(int mostSteps) {
        return Caffeine.newBuilder()
                .maximumWeight(mostSteps)
                .<String, Folded>weigher(
                        (_, folded) -> CACHED_RUN + folded.course().plan().steps().size())
                .build();
    }

    public RunEngine(RunPorts ports, RunInbox inbox, Turns turns) {
        this(ports, inbox, turns, EVENTS_PER_SNAPSHOT, Envelope.CURRENT_RULES);
    }

    /**
     * @param eventsPerSnapshot 1 or more; simulations write snapshots more often than {@link
     *     #EVENTS_PER_SNAPSHOT}
     * @param rules the newest that this engine knows, and those of the runs that it takes in;
     *     simulations have engines of earlier versions
     */
    public RunEngine(
            RunPorts ports, RunInbox inbox, Turns turns, int eventsPerSnapshot, int rules) {
        this.ports = ports;
        this.inbox = inbox;
        this.turns = turns;
        this.eventsPerSnapshot = eventsPerSnapshot;
        this.rules = rules;
        turns.attach(this::take, this::failed);
    }

    private void take(List<Arrival<?>> arrivals) {
        var afterwards = ports.transactions().asSystem(() -> new Batch(ports, this).take(arrivals));
        for (var action : afterwards) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                // what was written is written: the others must hear of it
                log.error("something that follows a turn failed", e);
            }
        }
    }

    /** A turn failed; the next waits longer each time, so that one run does not keep the others. */
    private void failed(String run, Throwable cause) {
        var before = troubled.getIfPresent(run);
        var pause = before == null ? FIRST_PAUSE : before.pause().multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
        troubled.put(run, new Trouble(pause, ports.clock().instant().plus(pause)));
        ports.listener().turnFailed(run, pause, cause);
    }

    /** Why a run is left alone for a while. */
    private record Trouble(Duration pause, Instant until) {}

    private boolean leftAlone(String run) {
        var trouble = troubled.getIfPresent(run);
        return trouble != null && ports.clock().instant().isBefore(trouble.until());
    }

    /** Takes what waits in the run's inbox now. */
    public void turn(String run) {
        turns.take(Arrival.of(run));
    }

    /** Has a turn taken soon. */
    void request(String run) {
        turns.request(run);
    }

    /**
     * Takes a new run in; a submission that was taken before gives the earlier run.
     *
     * @throws dev.kintsugi.server.platform.TooManyException when it is not let in
     */
    Arrival.Entered enter(Arrival.New fresh) {
        return turns.take(Arrival.of(fresh));
    }

    /**
     * Writes the state down every so many events, and when the run comes to rest: nobody may ask
     * for it for long.
     */
    void keep(RunRow row, Folded before, Folded after) {
        var status = after.state().status();
        var rests = status == RunStatus.WAITING || status.isFinal();
        var due = after.seq() / eventsPerSnapshot > before.seq() / eventsPerSnapshot;
        if (due || (rests && after.seq() > before.seq() && after.seq() >= WORTH_KEEPING)) {
            ports.store()
                    .snapshot(
                            row.tenant(),
                            row.run(),
                            after.seq(),
                            Snapshots.write(after.state(), row.rules()));
        }
    }

    /**
     * Keeps the state at hand. Ended runs have a cache of their own: in one, those that were asked
     * for often would stay, and the newest runs would be dropped instead.
     */
    void remember(String run, Folded after) {
        troubled.invalidate(run);
        if (after.state().status().isFinal()) {
            cache.invalidate(run);
            ended.put(run, after);
        } else {
            cache.put(run, after);
        }
    }

    private @Nullable Folded atHand(String run) {
        var going = cache.getIfPresent(run);
        return going == null ? ended.getIfPresent(run) : going;
    }

    /** The rules of the runs that this engine takes in, the newest that it knows. */
    int rules() {
        return rules;
    }

    /**
     * Whether the run goes by rules that this engine knows. If not, a newer server began it while
     * this one is still to be upgraded, and it is left to servers like that one.
     */
    boolean knows(RunRow row) {
        var knows = row.rules() <= rules;
        if (!knows && unknown.add(row.rules())) {
            log.warn(
                    "run {} goes by rules {}, this server knows rules up to {}: it is left to newer servers, as all of its kind; upgrade this one",
                    row.run(),
                    row.rules(),
                    rules);
        }
        return knows;
    }

    /**
     * The run's state as of its latest event.
     *
     * @throws UnknownRulesException when a newer server began it
     */
    Folded folded(RunRow row) {
        check(row);
        var cached = atHand(row.run());
        if (cached != null && cached.seq() == row.seq()) {
            return cached;
        }
        var from = cached != null && cached.seq() < row.seq() ? cached : kept(row);
        return fold(row, from);
    }

    /** The run's state as its snapshot has it; its beginning when none can be used. */
    private Folded kept(RunRow row) {
        var snapshot = ports.store().snapshot(row.run());
        if (snapshot.isEmpty() || snapshot.get().seq() > row.seq()) {
            return beginning(row);
        }
        var seq = snapshot.get().seq();
        try {
            var state = Snapshots.read(snapshot.get().state(), row.rules());
            var last = ports.store().events(row.run(), seq - 1, 1).getFirst();
            var start = beginning(row);
            return new Folded(
                    start.course(),
                    start.machine(),
                    state,
                    seq,
                    LogEntry.read(last.body()).at(),
                    last.mac());
        } catch (IllegalArgumentException e) {
            log.info("run {} is folded from its beginning: {}", row.run(), e.getMessage());
            return beginning(row);
        }
    }

    private void check(RunRow row) {
        if (!knows(row)) {
            throw new UnknownRulesException(row, rules);
        }
    }

    /**
     * The state before the run's first event.
     *
     * @throws UnknownRulesException when a newer server began it
     */
    Folded beginning(RunRow row) {
        check(row);
        return beginning(row, Json.mapper().readValue(ports.store().plan(row.run()), Plan.class));
    }

    Folded beginning(RunRow row, Plan plan) {
        var course = new Course(row.run(), row.tenant(), plan);
        return new Folded(
                course,
                new RunMachine(course),
                RunState.initial(),
                0,
                Instant.EPOCH,
                ports.chain().start(row.tenant(), row.run()));
    }

    /** The state after the rest of the run's log; what was added after the row was read is left. */
    Folded fold(RunRow row, Folded from) {
        var folded = from;
        while (folded.seq() < row.seq()) {
            var rest = (int) Math.min(PAGE, row.seq() - folded.seq());
            var page = ports.store().events(row.run(), folded.seq(), rest);
            if (page.isEmpty() || page.getFirst().seq() != folded.seq() + 1) {
                throw new IllegalStateException(
                        "the log of run %s has no event %d, though it goes on to %d"
                                .formatted(row.run(), folded.seq() + 1, row.seq()));
            }
            for (var logged : page) {
                var entry = LogEntry.read(logged.body());
                var decision = decide(row, folded, logged.seq(), entry);
                folded = after(folded, logged, entry.at(), decision.state());
            }
        }
        return folded;
    }

    static Decision decide(RunRow row, Folded folded, long seq, LogEntry entry) {
        var envelope = entry.envelope(row.run(), seq);
        return folded.machine().decide(folded.state(), envelope, entry.event());
    }

    static Folded after(Folded before, LoggedEvent logged, Instant at, RunState state) {
        return new Folded(before.course(), before.machine(), state, logged.seq(), at, logged.mac());
    }

    /**
     * Goes through a run's whole log from its beginning: the chain must hold, and the events must
     * lead to the notes beside them and to the state as it is.
     *
     * @return what does not hold; empty when all does
     */
    public Optional<String> audit(String tenant, String run) {
        return new Audit(tenant, run).goOn(this);
    }

    RunPorts ports() {
        return ports;
    }

    /**
     * Sends timers that are due, and asks for turns of runs whose inbox was left behind. Safe on
     * every server at once.
     */
    public void sweep() {
        ports.transactions()
                .asSystem(() -> {
                    var due = ports.store().due(ports.clock().instant(), SWEEP);
                    due.forEach(timer ->
                            inbox.post(
                                    timer.tenant(),
                                    timer.name().run(),
                                    new TimerFired(timer.name().timer())));
                    return due.size();
                });
        List<String> left =
                ports.transactions().asSystem(() -> ports.store().pending(SWEEP, rules));
        left.stream().filter(run -> !leftAlone(run)).forEach(turns::request);
    }

    /** Whether any tenant has a run that has not ended. */
    boolean hasWork() {
        return ports.transactions().asSystem(ports.store()::going) > 0;
    }

    /** Whether any tenant has the run. */
    public boolean isKept(String run) {
        return ports.transactions().asSystem(() -> ports.store().find(run)).isPresent();
    }

    /** Tells a run what happened. */
    public void post(String tenant, String run, RunEvent event) {
        inbox.post(tenant, run, event);
    }

    /** Tells a run that a task which may have been begun was taken from its worker. */
    void lost(TaskStore.Ended lease, String reason) {
        inbox.lost(lease, true, reason);
    }

    /** The run with its state, when the tenant has it. */
    Optional<Seen> look(String tenant, String run) {
        return ports.transactions()
                .asTenant(
                        tenant,
                        () -> ports.store().find(run).map(row -> new Seen(row, folded(row))));
    }

    /** The run with its state, which no turn changes until the caller's transaction ends. */
    Optional<Seen> lock(String run) {
        var row = ports.store().lock(new TreeSet<>(List.of(run))).get(run);
        return Optional.ofNullable(row).map(found -> new Seen(found, folded(found)));
    }

    /** A run and its state at one moment. */
    record Seen(RunRow row, Folded folded) {}
}
