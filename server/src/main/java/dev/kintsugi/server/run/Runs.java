package dev.kintsugi.server.run;

import dev.kintsugi.client.api.Verification;
import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.EffectAnswered;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunEvent.Origin;
import dev.kintsugi.client.event.RunEvent.Promoted;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.platform.Ids;
import dev.kintsugi.server.platform.MetaV4Settings;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.RunEngine.Seen;
import dev.kintsugi.server.run.machine.StepState;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What clients ask of runs: submit, look, cancel, answer. Everything is one tenant's. */
public final class Runs {
    /** How long a request for rollback waits for an answer. */
    static final Duration APPROVAL = Duration.ofHours(24);

    private static final int MAX_PAGE = 200;
    private static final BigDecimal NANO = BigDecimal.valueOf(1_000_000_000);

    private final RunPorts ports;
    private final RunEngine engine;
    private final Ids ids;
    private final MetaV4Settings settings;
    private final HandedIn plans = new HandedIn();

    public Runs(RunPorts ports, RunEngine engine, Ids ids, MetaV4Settings settings) {
        this.ports = ports;
        this.engine = engine;
        this.ids = ids;
        this.settings = settings;
    }

    /**
     * A plan to run.
     *
     * @param text YAML or JSON
     * @param directory what relative repository paths start from; null when there is none
     * @param ladder asked for; null for the server's setting. It can only be lowered.
     * @param key the client's idempotency key; null for none
     * @param inputs values for the plan's inputs, by name
     * @param parent the run that it is started from; null for none
     */
    public record Submission(
            String text,
            @Nullable String directory,
            @Nullable Ladder ladder,
            @Nullable String key,
            SortedMap<String, JsonNode> inputs,
            @Nullable String parent) {}

    /**
     * Takes a plan in. The same idempotency key with the same plan again gives the same run.
     *
     * @throws ConflictException when the key was used for another plan, or from another run
     */
    public RunView submit(String tenant, Submission submission) {
        var plan = plans.read(submission);
        var parent = submission.parent();
        if (parent != null) {
            ports.transactions().asTenant(tenant, () -> found(tenant, parent));
        }
        return enter(tenant, plan, submission, null);
    }

    /**
     * Begins a run anew that takes over what an ended one did, but for a step and what follows it.
     * The same idempotency key again gives the same run.
     *
     * @throws ConflictException when the run goes on, what it did cannot be taken over, or the key
     *     was used for what takes over something else
     */
    public RunView fork(String tenant, String run, Fork fork) {
        var seen = seen(tenant, run);
        var plan = HandedIn.bound(seen.folded().course().plan(), fork.inputs());
        var origin = new Forks(run, seen.folded(), origin(tenant, run)).origin(fork, plan);
        keepContents(tenant, run, origin);
        var ladder = fork.ladder() == null ? seen.folded().state().ladder() : fork.ladder();
        var submission =
                new Submission("", null, ladder, fork.key(), Collections.emptySortedMap(), run);
        var earlier = new Earlier(origin, seen.row().home());
        return enter(tenant, HandedIn.Whole.of(plan), submission, earlier);
    }

    /** If the run is still there after that, none of them was swept before. */
    private void keepContents(String tenant, String run, Origin origin) {
        var named = Json.mapper().writeValueAsString(origin);
        ports.transactions()
                .asTenant(
                        tenant,
                        () -> {
                            ports.store().keepContents(tenant, named);
                            return named;
                        });
        ports.transactions().asTenant(tenant, () -> found(tenant, run));
    }

    private @Nullable Origin origin(String tenant, String run) {
        var first =
                ports.transactions()
                        .asTenant(tenant, () -> ports.store().events(run, 0, 1))
                        .getFirst();
        return LogEntry.read(first.body()).event() instanceof RunAccepted accepted
                ? accepted.origin()
                : null;
    }

    /** What a run begins with, and the home that has the repository of the run it is from. */
    private record Earlier(Origin origin, @Nullable String home) {}

    private RunView enter(
            String tenant,
            HandedIn.Whole handedIn,
            Submission submission,
            @Nullable Earlier earlier) {
        var plan = handedIn.plan();
        var known = isKnown(tenant, submission.key());
        if (!known) {
            checkNeeded(tenant, plan, submission.key());
        }
        if (plan.workspace() != null && earlier == null) {
            ports.admission().check(tenant, plan.workspace());
        }
        var id = ids.next("r-");
        var home = earlier == null ? ports.home() : earlier.home();
        var row = row(tenant, id, plan, submission, plan.workspace() == null ? null : home);
        var fresh = RunViews.fresh(row, handedIn.text());
        var ladder = ladder(submission.ladder(), id);
        var origin = earlier == null ? null : earlier.origin();
        var entered =
                engine.enter(
                        new Arrival.New(
                                fresh,
                                plan,
                                defaults ->
                                        new RunAccepted(
                                                handedIn.hash(),
                                                ladder,
                                                limits(defaults, plan),
                                                origin)));
        if (entered.seen() != null) {
            return view(entered.seen(), Map.of());
        }
        var before = entered.run();
        checkSame(tenant, before, fresh, origin);
        return view(tenant, before);
    }

    private void checkSame(
            String tenant, String before, RunStore.NewRun asked, @Nullable Origin origin) {
        if (!plan(tenant, before).equals(asked.plan())) {
            throw new ConflictException(
                    "This Idempotency-Key was used for another plan, by run %s: choose another key."
                            .formatted(before));
        }
        var row = ports.transactions().asTenant(tenant, () -> found(tenant, before));
        if (!Objects.equals(row.parent(), asked.row().parent())
                || !Objects.equals(origin(tenant, before), origin)) {
            throw new ConflictException(
                    "This Idempotency-Key was used to start run %s from something else: choose another key."
                            .formatted(before));
        }
    }

    private void checkNeeded(String tenant, Plan plan, @Nullable String key) {
        if (plan.steps().stream().anyMatch(step -> step.waits() != null)) {
            ports.transactions()
                    .asTenant(
                            tenant,
                            () -> {
                                new NeededRuns(ports.store()).check(tenant, plan, key);
                                return plan;
                            });
        }
    }

    /** What was let in once is let in again. */
    private boolean isKnown(String tenant, @Nullable String key) {
        return key != null
                && ports.transactions()
                        .asTenant(tenant, () -> ports.store().submitted(tenant, key))
                        .isPresent();
    }

    private RunRow row(
            String tenant, String id, Plan plan, Submission submission, @Nullable String home) {
        return new RunRow(
                tenant,
                id,
                plan.name(),
                RunStatus.QUEUED,
                engine.rules(),
                0,
                ports.chain().start(tenant, id),
                ports.clock().instant(),
                null,
                submission.key(),
                home,
                null,
                submission.parent());
    }

    private Ladder ladder(@Nullable Ladder asked, String run) {
        return settings.allowsV4(run) && asked != Ladder.V3 ? Ladder.V4 : Ladder.V3;
    }

    /** An explicit time or cost budget wins over the default; the caps on attempts only tighten. */
    private static Limits limits(Admission.Defaults defaults, Plan plan) {
        var budget = plan.budget();
        var time = budget.time() == null ? plan.sla().limit() : budget.time();
        var cost =
                budget.costNanoUsd() == null
                        ? defaults.costUsd().multiply(NANO).longValue()
                        : budget.costNanoUsd();
        var attempts =
                budget.attempts() == null
                        ? defaults.attempts()
                        : Math.min(budget.attempts(), defaults.attempts());
        return new Limits(
                time.toMillis(), cost, attempts, defaults.repairAttempts(), APPROVAL.toMillis());
    }

    /**
     * One page, newest first; each as of its latest event.
     *
     * @param before the last run of the page before; null for the first page
     */
    public List<RunView> list(
            String tenant, @Nullable String status, @Nullable String before, int max) {
        if (max < 1 || max > MAX_PAGE) {
            throw new BadInputException(
                    "limit must be in [1, %d], was %d".formatted(MAX_PAGE, max));
        }
        return ports
                .transactions()
                .asTenant(
                        tenant,
                        () -> {
                            if (before != null && ports.store().find(before).isEmpty()) {
                                throw new BadInputException("after: there is no run " + before);
                            }
                            return ports.store().views(tenant, status, before, max);
                        })
                .stream()
                .map(view -> Json.mapper().readValue(view, RunView.class))
                .toList();
    }

    /** The run with its steps as they stand now. */
    public RunView view(String tenant, String run) {
        return view(seen(tenant, run), running(run));
    }

    private RunView view(Seen seen, Map<String, TaskStore.Running> running) {
        return RunViews.whole(
                seen.row(),
                seen.folded().course(),
                seen.folded().machine(),
                seen.folded().state(),
                new RunViews.Now(
                        ports.clock().instant(),
                        running,
                        seen.folded().state().holds().isEmpty()
                                ? new TreeMap<>()
                                : waits(seen.row().tenant(), seen.row().run())));
    }

    private Map<String, String> waits(String tenant, String run) {
        return ports.transactions().asTenant(tenant, () -> ports.waits().told(tenant, run));
    }

    /**
     * Where one step stands.
     *
     * @param attempt its latest; 0 before the first
     * @param going whether the attempt may still write
     */
    record StepNow(int attempt, boolean going, boolean asksForEffect) {}

    /** As {@link #view}, of one step alone. */
    StepNow step(String tenant, String run, String step) {
        var folded = seen(tenant, run).folded();
        var position = folded.course().position(step);
        if (position < 0) {
            throw new NotFoundException("step", step);
        }
        var state = folded.machine().step(folded.state(), position);
        var going =
                switch (state.status()) {
                    case PENDING, IN_FLIGHT, BROKEN, EFFECT_UNKNOWN ->
                            !folded.state().status().isFinal();
                    case SUCCEEDED, SKIPPED, FAILED, UNDONE -> false;
                };
        return new StepNow(
                state.attempt(), going, state.status() == StepState.Status.EFFECT_UNKNOWN);
    }

    private Map<String, TaskStore.Running> running(String run) {
        var steps = new TreeMap<String, TaskStore.Running>();
        ports.queue()
                .running(run)
                .forEach((key, running) -> {
                    var parts = key.split(":");
                    if (parts.length == 3) {
                        steps.put(parts[1], running);
                    }
                });
        return steps;
    }

    /** Entries after {@code seq}, at most so many. */
    public List<TimelineEntry> timeline(String tenant, String run, long after, int max) {
        return ports.transactions()
                .asTenant(
                        tenant,
                        () -> {
                            found(tenant, run);
                            return ports.store().events(run, after, max).stream()
                                    .map(logged -> Timelines.entry(run, logged))
                                    .toList();
                        });
    }

    /** Whether the run's log is what was written, and leads to where the run stands. */
    public Verification verify(String tenant, String run) {
        var events = ports.transactions().asTenant(tenant, () -> found(tenant, run)).seq();
        return new Verification(run, events, engine.audit(tenant, run).orElse(null));
    }

    /** The run's plan as canonical JSON, whose SHA-256 its first event names. */
    public String plan(String tenant, String run) {
        return ports.transactions()
                .asTenant(tenant, () -> ports.store().plan(found(tenant, run).run()));
    }

    private RunRow found(String tenant, String run) {
        return ports.store()
                .find(run)
                .filter(row -> row.tenant().equals(tenant))
                .orElseThrow(() -> new NotFoundException("run", run));
    }

    /**
     * When the run ended; empty while it goes on.
     *
     * @throws NotFoundException when the tenant has no such run
     */
    public Optional<Instant> ended(String tenant, String run) {
        return Optional.ofNullable(
                ports.transactions().asTenant(tenant, () -> found(tenant, run)).finishedAt());
    }

    /** Asks the run to stop; nothing happens to one that has ended. */
    public RunView cancel(String tenant, String run, String by) {
        return tell(tenant, run, new CancelRequested(by));
    }

    /**
     * The same for all runs that were started from it, and from those.
     *
     * @throws ConflictException when those that go on are more than {@link Descendants#MAX}
     */
    public RunView cancelAll(String tenant, String run, String by) {
        var descendants = Descendants.of(ports, tenant, run);
        var view = cancel(tenant, run, by);
        descendants.forEach(child -> cancel(tenant, child, by));
        return view;
    }

    /**
     * Lets the run use the four-phase ladder from here on; nothing happens to one that may already.
     *
     * @throws ConflictException when it has ended
     */
    public RunView promote(String tenant, String run, String by) {
        var known = view(tenant, run);
        if (known.ladder() == Ladder.V4) {
            return known;
        }
        if (known.status().isFinal()) {
            throw new ConflictException("Run %s has ended.".formatted(run));
        }
        return tell(tenant, run, new Promoted(by));
    }

    /** Has a turn taken, in case something was left behind. */
    public RunView resume(String tenant, String run) {
        ports.transactions().asTenant(tenant, () -> found(tenant, run));
        engine.turn(run);
        return view(tenant, run);
    }

    /**
     * Says whether a step's effect, of which nobody knew, happened.
     *
     * @throws ConflictException when that was not asked
     */
    public RunView answerEffect(
            String tenant, String run, String step, boolean happened, String by) {
        if (!step(tenant, run, step).asksForEffect()) {
            throw new ConflictException(
                    "Nobody asks whether the effect of step %s happened.".formatted(step));
        }
        return tell(tenant, run, new EffectAnswered(step, happened, by));
    }

    /** Answers a request for rollback; the hash says what was seen. */
    public RunView answerApproval(String tenant, String run, ApprovalAnswered answer) {
        var asked = view(tenant, run).approval();
        if (asked == null) {
            throw new ConflictException("Run %s waits for no approval.".formatted(run));
        }
        if (!asked.hash().equals(answer.hash())) {
            throw new ConflictException(
                    "What would be undone is not what was approved: look again and answer with hash %s."
                            .formatted(asked.hash()));
        }
        return tell(tenant, run, answer);
    }

    private RunView tell(String tenant, String run, RunEvent event) {
        ports.transactions().asTenant(tenant, () -> found(tenant, run));
        engine.post(tenant, run, event);
        engine.turn(run);
        return view(tenant, run);
    }

    Seen seen(String tenant, String run) {
        return engine.look(tenant, run)
                .filter(seen -> seen.row().tenant().equals(tenant))
                .orElseThrow(() -> new NotFoundException("run", run));
    }
}
