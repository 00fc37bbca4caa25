package dev.kintsugi.server.run;

import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ConflictException;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.StuckTasks;
import dev.kintsugi.server.queue.StuckTasks.Still;
import dev.kintsugi.server.run.RunEngine.Seen;
import dev.kintsugi.server.tenant.InForce;
import dev.kintsugi.server.tenant.Setting;
import dev.kintsugi.server.tenant.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Finds runs that make no progress, tells of them, and resets them. A run is stuck when a worker
 * renews a task's lease and shows no progress for as long as the step's own timeout has it, when no
 * worker offers the agent that a task waits for, or when nothing at all is under way that could
 * move it on. Safe on every server at once.
 */
@Component
final class StuckRuns {
    /** No task is stuck sooner than after so long without progress. */
    static final Duration LEAST = Duration.ofMinutes(5);

    /** What a task may take whose plan does not say. */
    static final Duration USUAL = Duration.ofMinutes(20);

    private static final Logger log = LoggerFactory.getLogger(StuckRuns.class);
    private static final int PERCENT = 100;
    private static final int MOST_LISTED = 200;

    /** Once so many silent tasks are found, the rest is left to a later look. */
    static final int MOST_FOUND = 1_000;

    private final Transactions transactions;
    private final StuckTasks tasks;
    private final StuckRows rows;
    private final RunEngine engine;
    private final Settings settings;
    private final ApprovalOutbox outbox;
    private Map<String, Long> idle = new TreeMap<>();

    StuckRuns(
            StuckTasks tasks,
            StuckRows rows,
            RunEngine engine,
            Settings settings,
            ApprovalOutbox outbox) {
        this.transactions = engine.ports().transactions();
        this.tasks = tasks;
        this.rows = rows;
        this.engine = engine;
        this.settings = settings;
        this.outbox = outbox;
    }

    /** Looks at all runs once; what is newly stuck is told, and reset where the tenant wants it. */
    synchronized void judge() {
        var found = new ArrayList<StuckRows.Stuck>();
        var limits = new HashMap<String, InForce>();
        var fresh =
                transactions.asSystem(() -> {
                    found.addAll(silent(limits));
                    tasks.unserved(engine.ports().clock().instant())
                            .forEach(still -> found.add(unserved(still)));
                    found.addAll(idle());
                    var news = rows.replace(found, engine.ports().clock().instant());
                    news.forEach(
                            one -> outbox.stuck(one.tenant(), one.run(), one.step(), one.reason()));
                    return news;
                });
        for (var one : fresh) {
            log.warn("run {} of tenant {} is stuck: {}", one.run(), one.tenant(), one.reason());
            if (resets(one, limits)) {
                reset(one);
            }
        }
    }

    /**
     * Goes on to the end of all that are silent for a while, as those that may be so for long stand
     * among them.
     */
    private List<StuckRows.Stuck> silent(Map<String, InForce> limits) {
        tasks.see();
        var found = new ArrayList<StuckRows.Stuck>();
        var page = tasks.silent(LEAST, "");
        while (!page.isEmpty() && found.size() < MOST_FOUND) {
            for (var still : page) {
                if (isSilent(still, limits(still.tenant(), limits))) {
                    found.add(silent(still));
                }
            }
            page = tasks.silent(LEAST, page.getLast().key());
        }
        return found;
    }

    private InForce limits(String tenant, Map<String, InForce> known) {
        return known.computeIfAbsent(tenant, settings::of);
    }

    private static boolean isSilent(Still still, InForce limits) {
        var most = still.most().isZero() ? USUAL : still.most();
        var part = most.multipliedBy(limits.whole(Setting.STUCK_AFTER_PERCENT)).dividedBy(PERCENT);
        return still.silence().compareTo(part) >= 0;
    }

    private static StuckRows.Stuck silent(Still still) {
        return new StuckRows.Stuck(
                still.tenant(),
                still.run(),
                still.key(),
                "its worker renews the lease, but has shown no progress for %d min"
                        .formatted(still.silence().toMinutes()));
    }

    private static StuckRows.Stuck unserved(Still still) {
        return new StuckRows.Stuck(
                still.tenant(),
                still.run(),
                still.key(),
                "no worker offers agent %s for %d min"
                        .formatted(still.agent(), still.silence().toMinutes()));
    }

    /** Found twice in a row at the same event, so that none is taken for idle between two turns. */
    private List<StuckRows.Stuck> idle() {
        var now = new TreeMap<String, Long>();
        var stuck = new ArrayList<StuckRows.Stuck>();
        for (var run : rows.idle()) {
            now.put(run.run(), run.seq());
            if (run.known() || Long.valueOf(run.seq()).equals(idle.get(run.run()))) {
                stuck.add(
                        new StuckRows.Stuck(
                                run.tenant(),
                                run.run(),
                                "",
                                "nothing is under way that could move it on"));
            }
        }
        idle = now;
        return stuck;
    }

    private boolean resets(StuckRows.Stuck one, Map<String, InForce> limits) {
        return one.isSilent()
                && transactions
                                .asTenant(one.tenant(), () -> limits(one.tenant(), limits))
                                .whole(Setting.STUCK_RESET)
                        > 0;
    }

    private void reset(StuckRows.Stuck one) {
        try {
            reset(one.tenant(), one.run(), one.step(), "it made no progress");
        } catch (ConflictException | NotFoundException | UnknownRulesException e) {
            log.info("run {} needs no reset after all: {}", one.run(), e.getMessage());
        }
    }

    /**
     * Takes the run's tasks, or a step's, from whoever has them, and has them handed out anew: a
     * redispatch, which is no attempt. A worker that still has one is refused from then on.
     *
     * @param step empty for all
     * @return the steps' tasks that were taken
     * @throws NotFoundException when the tenant has no such run, or the run no such step
     * @throws ConflictException when the run has ended, or there is nothing to take
     */
    List<String> reset(String tenant, String run, String step, String reason) {
        var seen =
                engine.look(tenant, run)
                        .filter(found -> found.row().tenant().equals(tenant))
                        .orElseThrow(() -> new NotFoundException("run", run));
        if (!step.isEmpty() && seen.folded().course().position(step) < 0) {
            throw new NotFoundException("step", step);
        }
        if (seen.row().status().isFinal()) {
            throw new ConflictException("Run %s has ended.".formatted(run));
        }
        var taken =
                transactions.asSystem(() ->
                        engine.lock(run).map(now -> take(now, step, reason)).orElse(List.of()));
        if (taken.isEmpty()) {
            throw new ConflictException(
                    "Nothing of %s is in a worker's hands or lost: there is nothing to reset."
                            .formatted(step.isEmpty() ? "run " + run : "step " + step));
        }
        engine.turn(run);
        return taken;
    }

    /** While no turn is taken of the run, so that what ends meanwhile is not taken for lost. */
    private List<String> take(Seen seen, String step, String reason) {
        var row = seen.row();
        var keys = keys(seen, step);
        // before its inbox: a task's end and the word of it come in one commit
        var orphans = tasks.orphans(keys);
        var told = rows.hasNews(row.run());
        var taken = new ArrayList<String>();
        for (var ended : tasks.revoke(keys, engine.ports().clock().instant())) {
            taken.add(ended.task().key());
            engine.lost(ended, reason);
        }
        if (!told) {
            for (var key : orphans) {
                taken.add(key);
                engine.post(row.tenant(), row.run(), lost(key, reason));
            }
        }
        rows.forget(row.run(), taken);
        return taken;
    }

    private static List<String> keys(Seen seen, String step) {
        return seen.folded().machine().handedOut(seen.folded().state()).stream()
                .filter(key -> step.isEmpty() || lost(key, "").step().equals(step))
                .toList();
    }

    /**
     * What a key is of: {@code run:step:attempt}, with the kind before it but for steps. Of what
     * the queue has lost nobody knows whether it was begun.
     */
    private static TaskLost lost(String key, String reason) {
        var parts = key.split(":");
        var kind =
                parts.length == 4
                        ? TaskKind.valueOf(parts[0].toUpperCase(Locale.ROOT))
                        : TaskKind.STEP;
        var attempt = Integer.parseInt(requireNonNull(parts[parts.length - 1]));
        return new TaskLost(kind, parts[parts.length - 2], attempt, true, reason);
    }

    /** The tenant's runs that are stuck, newest first, in one page. */
    List<RunView> list(String tenant, @Nullable String status, @Nullable String after, int most) {
        if (status != null || after != null || most < 1 || most > MOST_LISTED) {
            throw new BadInputException(
                    "stuck: goes with no status and no after, and a limit in [1, %d]"
                            .formatted(MOST_LISTED));
        }
        return transactions.asTenant(tenant, () -> rows.views(tenant, most)).stream()
                .map(view -> told(tenant, Json.mapper().readValue(view, RunView.class)))
                .toList();
    }

    /** The view, with what is stuck of the run. */
    RunView told(String tenant, RunView view) {
        if (view.status().isFinal()) {
            return view;
        }
        return transactions
                .asTenant(tenant, () -> rows.reason(view.run()))
                .map(view::stuckBecause)
                .orElse(view);
    }
}
